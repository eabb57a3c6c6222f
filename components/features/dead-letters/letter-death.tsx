import type { ReactNode } from 'react'
import { titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { DeadLetterDetail, SourcedFact } from '#server/contracts/failure-groups.ts'
import { routes } from '../../client/routes.ts'
import { KeyValue } from '../../patterns/key-value.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { LinkButton } from '../../ui/link-button.tsx'

const fieldNames = {
  originTopic: 'Origin topic',
  originPartition: 'Origin partition',
  originOffset: 'Origin offset',
  originTimestamp: 'Origin timestamp',
  group: 'Group',
  attempts: 'Attempts',
  errorClass: 'Error class',
  causeClass: 'Cause class',
  message: 'Message',
  stack: 'Stack',
  diedAt: 'Time of death',
} as const
const nameOf = (field: string): string => fieldNames[field as keyof typeof fieldNames] ?? field
const listOf = (fields: readonly string[]): string =>
  fields.map((field) => nameOf(field).toLowerCase()).join(', ')

const moments = new Set(['originTimestamp', 'diedAt'])

/** A moment in the chosen zone; what is none stands as it came. */
const Moment = ({ text }: { readonly text: string }) => {
  const at = /^\d{1,15}$/.test(text) ? Number(text) : null
  return at === null ? text : <Time at={at} relative />
}

const sourceOf = (fact: SourcedFact): string =>
  fact.from === 'header'
    ? `from header ${fact.header}, number ${fact.index + 1}`
    : fact.from === 'topic-name'
      ? 'from the name of the dead-letter topic'
      : 'from a mapping in spillway.yaml'

const factRow = (field: string, fact: SourcedFact): readonly [string, ReactNode] => [
  nameOf(field),
  <span key={field} title={sourceOf(fact)}>
    {moments.has(field) ? <Moment text={fact.value} /> : fact.value}
    {fact.from === 'header' ? null : <span className="text-muted"> ({sourceOf(fact)})</span>}
  </span>,
]

/** The facts of one death in the order of their meaning; the stack has a section of its own. */
const rowsOf = (death: DeadLetterDetail['death']): readonly (readonly [string, ReactNode])[] =>
  Object.keys(fieldNames).flatMap((field) => {
    const fact = field === 'stack' ? undefined : death[field]
    return fact ? [factRow(field, fact)] : []
  })

/** Why a letter died as its headers tell it, how sure that is, what is missing, and its earlier deaths. */
export const LetterDeath = ({
  data,
  connection,
}: {
  readonly data: DeadLetterDetail
  readonly connection: string
}) => {
  const { reading, letter, missing, history } = data
  const rows = rowsOf(data.death)
  return (
    <Section
      title="Why it died"
      aside={(reading?.conventions.length ? reading.conventions : [letter.convention])
        .map(titleOfConvention)
        .join(', before that ')}
    >
      <KeyValue
        rows={[
          ...rows,
          [
            'How sure',
            <span key="confidence">
              <Status of="confidence" value={letter.confidence} />
              <span className="block text-small text-muted">
                {reading?.why ?? 'The record is gone: this is what the index kept of it.'}
              </span>
            </span>,
          ],
        ]}
      />
      {missing.length > 0 ? (
        <p className="mt-2 text-small text-muted">Not in its headers, or not readable: {listOf(missing)}.</p>
      ) : null}
      {reading && reading.neverWritten.length > 0 ? (
        <p className="mt-1 text-small text-muted">
          No header of {titleOfConvention(letter.convention)} tells: {listOf(reading.neverWritten)}.
        </p>
      ) : null}
      {history.length > 0 ? <EarlierDeaths history={history} connection={connection} /> : null}
    </Section>
  )
}

const EarlierDeaths = ({
  history,
  connection,
}: {
  readonly history: DeadLetterDetail['history']
  readonly connection: string
}) => (
  <div className="mt-2">
    <h3 className="text-small text-muted">
      Died {history.length + 1} times; above is the newest death. Before it, newest first:
    </h3>
    <ol className="mt-1 flex flex-col gap-1">
      {history.map((death, index) => {
        const { originTopic, originPartition, originOffset } = death
        const position =
          originPartition && originOffset ? `${originPartition.value}@${originOffset.value}` : null
        return (
          <li key={index} className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            {originTopic && position ? (
              <LinkButton href={routes.message(connection, originTopic.value, position)} size="small">
                {originTopic.value} {position}
              </LinkButton>
            ) : (
              <span className="text-muted">{originTopic?.value ?? 'at an unknown place'}</span>
            )}
            {death.originTimestamp ? <Moment text={death.originTimestamp.value} /> : null}
            {death.group ? <span className="text-muted">group {death.group.value}</span> : null}
            <span className="min-w-0 break-words">
              {[death.causeClass?.value ?? death.errorClass?.value, death.message?.value]
                .filter((part) => part !== undefined)
                .join(': ')}
            </span>
          </li>
        )
      })}
    </ol>
  </div>
)
