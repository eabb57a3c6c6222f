import type { ChangeEffectName, SchemaChangeView, SchemaMeaning } from '#server/contracts/schemas.ts'
import { Status } from '../../patterns/status.tsx'

const ranks: Readonly<Record<ChangeEffectName, number>> = { breaks: 2, risk: 1, fine: 0 }
const weight = ({ backward, forward }: SchemaChangeView): number =>
  Math.max(ranks[backward], ranks[forward]) * 3 + ranks[backward] + ranks[forward]

const Effect = ({
  who,
  effect,
  words,
}: {
  readonly who: string
  readonly effect: ChangeEffectName
  readonly words: string
}) => (
  <div className="grid grid-cols-[148px_84px_minmax(0,1fr)] gap-x-3 max-[900px]:grid-cols-[84px_minmax(0,1fr)]">
    <span className="text-muted max-[900px]:col-span-2">{who}</span>
    <Status of="changeEffect" value={effect} className="self-start" />
    <span className="min-w-0 break-words">{words}</span>
  </div>
)

/** What differs as meaning, worst first: each change with for whom it breaks, in both directions. */
export const MeaningList = ({
  meaning,
  isCompared = true,
}: {
  readonly meaning: SchemaMeaning
  /** There is something before it: else nobody has readers or data of before. */
  readonly isCompared?: boolean
}) => (
  <>
    <div className="flex flex-col gap-1 border-b border-line px-3 py-2" data-verdict>
      <p className="font-strong">{meaning.verdict}</p>
      {meaning.problem === null && isCompared ? (
        <p className="flex flex-wrap gap-x-6 text-muted">
          <span className="flex gap-2">
            Old readers, new data <Status of="changeEffect" value={meaning.forward} />
          </span>
          <span className="flex gap-2">
            New readers, old data <Status of="changeEffect" value={meaning.backward} />
          </span>
        </p>
      ) : null}
    </div>
    <ul className="divide-y divide-line">
      {[...meaning.changes]
        .sort((a, b) => weight(b) - weight(a))
        .map((change) => (
          <li
            key={`${change.kind} ${change.path} ${change.sentence}`}
            className="flex flex-col gap-1 px-3 py-2"
          >
            <p>
              <span className="mr-2 rounded-small border border-line px-1.5 text-small text-muted">
                {change.kind}
              </span>
              <span className="font-strong break-words">{change.sentence}</span>
            </p>
            <Effect who="Old readers, new data" effect={change.forward} words={change.forwardWords} />
            <Effect who="New readers, old data" effect={change.backward} words={change.backwardWords} />
          </li>
        ))}
    </ul>
  </>
)
