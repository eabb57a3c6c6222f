'use client'
import dynamic from 'next/dynamic'
import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import type { OriginRecord } from '#server/contracts/letter-origin.ts'
import { routes } from '../../client/routes.ts'
import { HeaderList } from '../../patterns/header-list.tsx'
import { PayloadView } from '../../patterns/payload-view.tsx'
import { SchemaLink } from '../../patterns/schema-link.tsx'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { useNow } from '../../patterns/use-now.ts'
import { LinkButton } from '../../ui/link-button.tsx'
import { HeaderChanges } from './letter-header-changes.tsx'

const CompareSides = dynamic(() =>
  import('../../patterns/payload/diff-view.tsx').then((module) => module.CompareSides),
)

type Props = { readonly data: DeadLetterDetail; readonly connection: string }
type Found = Extract<OriginRecord, { state: 'found' }>
type Gone = Exclude<OriginRecord, { state: 'found' }>

/** The record that died as its own topic holds it now, against the letter; or why it can not be had. */
export const LetterOriginRecord = ({ data, connection }: Props) => {
  const { origin, letter } = data
  return (
    <Section
      title="Origin record"
      padded={false}
      aside={
        <>
          {origin.state === 'found' && origin.expiresAt !== null ? (
            <span>
              may be deleted <TimeLeft until={origin.expiresAt} />
            </span>
          ) : null}
          {letter.originTopic !== null && letter.originPosition !== null ? (
            <LinkButton
              href={routes.message(connection, letter.originTopic, letter.originPosition)}
              size="small"
            >
              {letter.originTopic} {letter.originPosition}
            </LinkButton>
          ) : null}
        </>
      }
    >
      {origin.state === 'found' ? (
        <FoundOrigin data={data} connection={connection} origin={origin} />
      ) : (
        <GoneOrigin origin={origin} />
      )}
    </Section>
  )
}

const FoundOrigin = ({ data, connection, origin }: Props & { readonly origin: Found }) => {
  const { originTopic, originPosition } = data.letter
  const source =
    originTopic === null || originPosition === null
      ? undefined
      : ({ connection, topic: originTopic, position: originPosition, side: 'value' } as const)
  const isShownAbove = data.rehydration?.state === 'rehydrated'
  return (
    <>
      {origin.doubt === null ? null : (
        <p className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
          It may be another message. {origin.doubt}
        </p>
      )}
      <Beside data={data} origin={origin} />
      {source && origin.sameValue === false && data.record ? (
        <div className="border-b border-line">
          <h3 className="px-3 pt-1.5 text-small text-muted">
            Value: in the origin record (before) and in the letter (now)
          </h3>
          <CompareSides
            before={{ side: origin.value, source }}
            now={{
              side: data.record.value,
              source: {
                connection,
                topic: data.letter.topic,
                position: data.letter.position,
                side: 'value',
              },
            }}
            label="Origin and letter"
            wasNull="The value of the origin record is null, that of the letter is not."
          />
        </div>
      ) : null}
      {isShownAbove ? null : (
        <>
          <SchemaLink connection={connection} side={origin.value} />
          <PayloadView side={origin.value} label="Origin value" name="originView" source={source} />
        </>
      )}
      {origin.headerChanges === null || isShownAbove ? null : (
        <HeaderChanges changes={origin.headerChanges} same={origin.sameHeaders} />
      )}
      <div className="border-t border-line">
        <HeaderList headers={origin.headers} />
      </div>
    </>
  )
}

/** How the letter compares with the record that died, in a sentence. */
const Beside = ({ data, origin }: { readonly data: DeadLetterDetail; readonly origin: Found }) => {
  const { sameKey, sameValue } = origin
  return (
    <p className="border-b border-line px-3 py-1.5">
      {data.record !== null && (data.letter.isPointer || data.rehydration !== null) ? (
        'The message that died, with its key and headers: the dead letter only points to it.'
      ) : sameKey === null || sameValue === null ? (
        'There is no record of the letter any more to compare it with.'
      ) : sameKey && sameValue ? (
        <span className="text-ok">Key and value are the same bytes as in the dead letter.</span>
      ) : (
        <span className="text-warning">
          {sameKey ? 'The value differs' : sameValue ? 'The key differs' : 'Key and value differ'} from the
          dead letter: the framework wrote it anew.
        </span>
      )}{' '}
      <span className="text-muted">
        Written <Time at={origin.timestampMs} relative />
        {origin.key.text === null ? ', without a key' : null}
      </span>
    </p>
  )
}

const words = {
  deleted: 'Gone',
  'made-anew': 'Another topic now',
  unknown: 'Unknown',
  unreadable: 'Could not be read',
} as const satisfies Record<Gone['state'], string>

const GoneOrigin = ({ origin }: { readonly origin: Gone }) => {
  const now = useNow()
  const { state, why, sinceMs, dueAt, oldestAt } = origin
  return (
    <div className="flex flex-col gap-1 p-3 text-muted">
      <p>
        {words[state]}: {why}
      </p>
      {sinceMs === null ? null : (
        <p>
          Its present id was first seen <Time at={sinceMs} relative />, after the letter died.
        </p>
      )}
      {dueAt === null || now === 0 ? null : dueAt <= now ? (
        <p>
          Its time of retention ended <Time at={dueAt} relative />.
        </p>
      ) : (
        <p>
          By age it would be kept until <Time at={dueAt} />: the topic&apos;s size limit or somebody deleted
          it before.
        </p>
      )}
      {oldestAt === null ? null : (
        <p>
          The oldest message that is still there was written <Time at={oldestAt} relative />.
        </p>
      )}
    </div>
  )
}
