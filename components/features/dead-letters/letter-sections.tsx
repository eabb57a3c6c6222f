import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import { routes } from '../../client/routes.ts'
import { HeaderList } from '../../patterns/header-list.tsx'
import { PayloadView } from '../../patterns/payload-view.tsx'
import { SchemaLink } from '../../patterns/schema-link.tsx'
import { Section } from '../../patterns/section.tsx'
import { StackView } from '../../patterns/stack-view.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { LetterDeath } from './letter-death.tsx'
import { LetterPointer } from './letter-pointer.tsx'

/** Why a letter died, its payload and its headers. */
export const LetterCause = ({
  data,
  connection,
}: {
  readonly data: DeadLetterDetail
  readonly connection: string
}) => (
  <div className="flex min-w-0 flex-col gap-3">
    <LetterDeath data={data} connection={connection} />
    <Section title="Dead letter: value" padded={false}>
      {data.record ? (
        <>
          <SchemaLink connection={connection} side={data.record.value} />
          {data.letter.isPointer ? <LetterPointer data={data} connection={connection} /> : null}
          <PayloadView
            side={data.record.value}
            label="Value"
            hotkey
            source={{ connection, topic: data.letter.topic, position: data.letter.position, side: 'value' }}
          />
        </>
      ) : (
        <p className="p-3 text-muted">{data.recordProblem}</p>
      )}
    </Section>
    {data.record ? (
      <Section title={`Headers (${data.record.headers.length})`} padded={false}>
        <HeaderList headers={data.record.headers} />
      </Section>
    ) : null}
  </div>
)

/** The stack of a letter's failure, and the record that died. */
export const LetterOrigin = ({
  data,
  connection,
}: {
  readonly data: DeadLetterDetail
  readonly connection: string
}) => (
  <div className="flex min-w-0 flex-col gap-3">
    {data.stackLines.length > 0 ? (
      <Section title="Stack" padded={false}>
        <StackView lines={data.stackLines} />
      </Section>
    ) : null}
    <Origin data={data} connection={connection} />
  </div>
)

const Origin = ({ data, connection }: { readonly data: DeadLetterDetail; readonly connection: string }) => {
  const { origin, letter } = data
  const isLinked = letter.originTopic !== null && letter.originPosition !== null
  return (
    <Section
      title="Origin record"
      padded={false}
      aside={
        isLinked && letter.originTopic !== null && letter.originPosition !== null ? (
          <LinkButton
            href={routes.message(connection, letter.originTopic, letter.originPosition)}
            size="small"
          >
            {letter.originTopic} {letter.originPosition}
          </LinkButton>
        ) : null
      }
    >
      {origin.state === 'found' ? (
        <>
          <p className="border-b border-line px-3 py-1.5">
            {letter.isPointer ? (
              'The message that died, with its key and headers: the dead letter only points to it.'
            ) : origin.sameKey && origin.sameValue ? (
              <span className="text-ok">Key and value are the same bytes as in the dead letter.</span>
            ) : (
              <span className="text-warning">
                {origin.sameKey
                  ? 'The value differs'
                  : origin.sameValue
                    ? 'The key differs'
                    : 'Key and value differ'}{' '}
                from the dead letter: the framework wrote it anew.
              </span>
            )}
          </p>
          <SchemaLink connection={connection} side={origin.value} />
          <PayloadView
            side={origin.value}
            label="Origin value"
            name="originView"
            source={
              letter.originTopic === null || letter.originPosition === null
                ? undefined
                : { connection, topic: letter.originTopic, position: letter.originPosition, side: 'value' }
            }
          />
          <div className="border-t border-line">
            <HeaderList headers={origin.headers} />
          </div>
        </>
      ) : (
        <p className="p-3 text-muted">
          {origin.state === 'deleted'
            ? 'Gone: '
            : origin.state === 'unknown'
              ? 'Unknown: '
              : 'Could not be read: '}
          {origin.why}
        </p>
      )}
    </Section>
  )
}
