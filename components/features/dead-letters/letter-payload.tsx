import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import { Ago } from '../../patterns/ago.tsx'
import { PayloadView } from '../../patterns/payload-view.tsx'
import { SchemaLink } from '../../patterns/schema-link.tsx'
import { Section } from '../../patterns/section.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { LetterOriginLink } from './letter-origin-link.tsx'

type Props = { readonly data: DeadLetterDetail; readonly connection: string }

/** That the letter outlives its record: whoever looks for it in Kafka does not find it there. */
const KeptNote = ({ kept }: { readonly kept: NonNullable<DeadLetterDetail['kept']> }) => (
  <span>
    {kept.isGone ? 'deleted from Kafka; kept here ' : 'kept here, byte by byte, '}
    <Ago at={kept.atMs} />
    {kept.isGone ? ', byte by byte' : ' in case Kafka deletes it'}
  </span>
)

/** The value of a letter: its own, or that of the message that died where it holds none. */
export const LetterPayload = ({ data, connection }: Props) => {
  const { record, rehydration, origin, letter } = data
  const isRehydrated = rehydration?.state === 'rehydrated' && origin.state === 'found'
  return (
    <Section
      title={isRehydrated ? 'Value, from the origin record' : 'Dead letter: value'}
      padded={false}
      aside={
        data.kept ? (
          <KeptNote kept={data.kept} />
        ) : record?.expiresAt ? (
          <span>
            the letter may be deleted <TimeLeft until={record.expiresAt} isCalm={data.willBeKept} />
            {data.willBeKept ? '; it is kept here, byte by byte, before' : null}
          </span>
        ) : null
      }
    >
      {record === null && rehydration === null ? (
        <p className="p-3 text-muted">{data.recordProblem}</p>
      ) : (
        <>
          {record === null ? (
            <p className="border-b border-line px-3 py-1.5 text-muted">{data.recordProblem}</p>
          ) : null}
          {rehydration === null ? null : <WithoutPayload data={data} connection={connection} />}
          {isRehydrated && letter.originTopic !== null && letter.originPosition !== null ? (
            <>
              <SchemaLink connection={connection} side={origin.value} />
              <PayloadView
                side={origin.value}
                label="Value"
                hotkey
                source={{
                  connection,
                  topic: letter.originTopic,
                  position: letter.originPosition,
                  side: 'value',
                }}
              />
            </>
          ) : rehydration === null && record !== null ? (
            <>
              <SchemaLink connection={connection} side={record.value} />
              <PayloadView
                side={record.value}
                label="Value"
                hotkey
                source={{ connection, topic: letter.topic, position: letter.position, side: 'value' }}
              />
            </>
          ) : null}
        </>
      )}
    </Section>
  )
}

/** What stands in the place of a payload that the letter does not hold. */
const WithoutPayload = ({ data, connection }: Props) => {
  const { rehydration, letter, record } = data
  const isGone = record === null
  if (rehydration?.state === 'unrecoverable')
    return (
      <p className="border-b border-critical-line bg-critical-bg px-3 py-1.5 text-critical">
        Unrecoverable: {isGone ? 'the letter is deleted' : 'the record holds neither key nor value'}, and the
        message that died can not be had. {rehydration.why} A replay refuses it
        {isGone ? '.' : ', as its copy would be a null.'}
      </p>
    )
  if (rehydration?.state === 'unreadable')
    return (
      <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
        {isGone ? 'The letter is deleted' : 'The record holds no payload'}, and the message that died could
        not be read now: {rehydration.why}
      </p>
    )
  if (rehydration?.state === 'empty')
    return (
      <p className="px-3 py-1.5 text-muted">
        {isGone
          ? 'The message that died holds neither a key nor a value.'
          : 'Neither the record nor the message that died holds a key or a value.'}
      </p>
    )
  return (
    <p className="border-b border-line px-3 py-1.5">
      {isGone ? 'The message that died is still there, as ' : 'The record holds no payload: it points to '}
      <LetterOriginLink letter={letter} connection={connection} otherwise="another record" />. What follows is
      the value of that record
      {isGone ? ', and a replay sends it, without headers that retries have added since.' : '.'}
    </p>
  )
}
