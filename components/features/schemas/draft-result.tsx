import type { DraftVerdict } from '#server/contracts/schemas.ts'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { MeaningList } from './meaning-list.tsx'
import { Level } from './schema-words.tsx'
import { TextDiff } from './text-diff.tsx'

const stateOf = (passes: boolean | null) => (passes === null ? 'unknown' : passes ? 'passes' : 'fails')

/** What the registry and Spillway say to a draft, rule by rule. */
export const DraftRules = ({ verdict }: { readonly verdict: DraftVerdict }) => (
  <Section title="Compatibility" padded={false}>
    <p className="border-b border-line px-3 py-2">
      <Level level={verdict.level} />
      {verdict.registeredAs === null ? null : (
        <span className="block text-muted">
          This very text is registered already as v{verdict.registeredAs}: registering it again changes
          nothing.
        </span>
      )}
      {verdict.latest === null ? (
        <span className="block text-muted">The subject is new: there is nothing to be compatible with.</span>
      ) : null}
    </p>
    <ul className="divide-y divide-line">
      {verdict.rules.map(({ name, passes, demanded, reasons }) => (
        <li
          key={name}
          className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3 px-3 py-2"
          data-rule={stateOf(passes)}
        >
          <Status of="schemaRule" value={stateOf(passes)} className="self-start" />
          <div className="min-w-0">
            {name} <span className="text-small text-faint">{demanded ? 'demanded' : 'not demanded'}</span>
            {reasons.map((reason) => (
              <p key={reason} className="text-small break-words text-muted">
                {reason}
              </p>
            ))}
            {passes === false && reasons.length === 0 ? (
              <p className="text-small text-muted">
                The registry gives no reason; what Spillway reads from both texts stands below.
              </p>
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  </Section>
)

/** What would change against the latest version. */
export const DraftChanges = ({ verdict }: { readonly verdict: DraftVerdict }) =>
  verdict.meaning === null ? null : (
    <div className="col-span-full flex min-w-0 flex-col gap-3">
      <Section title="For whom it would break" padded={false}>
        <MeaningList meaning={verdict.meaning} />
      </Section>
      <Section title="Text" padded={false}>
        <TextDiff
          label="Text of the latest version and of the draft"
          lines={verdict.lines}
          before={verdict.latest === null ? 'nothing' : `v${verdict.latest.version}`}
          after="draft"
        />
      </Section>
    </div>
  )
