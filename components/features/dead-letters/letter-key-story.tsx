'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { KeyEvent, KeyStory } from '#server/contracts/key-story.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { callEndpoint } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { problemOfError } from '../../client/problem-error.ts'
import { routes } from '../../client/routes.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'
import { Button } from '../../ui/button.tsx'
import { furtherOf, mergeKeyStory } from './merge-key-story.ts'

const first: { readonly newer?: string; readonly older?: string } = {}

/** Everything that happened to the key of a letter, newest first: messages, letters, replays; further on request. */
export const LetterKeyStory = ({ connection, id }: { readonly connection: string; readonly id: string }) => {
  const params = { connection, id }
  const query = useInfiniteQuery({
    queryKey: ['pages', 'dead-letters', 'key-story', connection, id],
    initialPageParam: first,
    queryFn: ({ pageParam, signal }) =>
      callEndpoint(endpoints.showKeyStory, { params, query: pageParam }, signal),
    getNextPageParam: (_last, pages) => furtherOf(pages) ?? undefined,
    staleTime: 60_000,
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
  const story = query.data ? mergeKeyStory(query.data.pages) : undefined
  return (
    <Section
      title="Everything that happened to this key"
      padded={false}
      aside={story?.keyText ? <span className="max-w-80 truncate font-mono">{story.keyText}</span> : null}
    >
      <QueryPanel
        query={{ ...query, data: story, isPlaceholderData: false }}
        skeleton={<LinesSkeleton lines={8} />}
        degraded={({ degraded }) => degraded}
        isEmpty={({ events }) => events.length === 0}
        empty={{ title: 'Nothing is known of this key', text: 'No message, letter or replay of it is left.' }}
      >
        {(data) => (
          <>
            <ol className="divide-y divide-line">
              {data.events.map((event) => (
                <li
                  key={keyOf(event)}
                  className="flex min-h-(--row) flex-wrap items-center gap-x-3 px-3 py-0.5"
                >
                  <span className="w-40 shrink-0 text-muted">
                    <Time at={event.atMs} compact />
                  </span>
                  <Event event={event} connection={connection} />
                </li>
              ))}
            </ol>
            <div className="flex flex-wrap items-center gap-3 border-t border-line px-3 py-1.5 text-small text-muted">
              <span>{lookWords(data)}</span>
              {query.hasNextPage ? (
                <Button
                  size="small"
                  disabled={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  {query.isFetchingNextPage ? 'Looking…' : 'Look further'}
                </Button>
              ) : null}
              {query.isFetchNextPageError ? (
                <span role="alert" className="text-critical">
                  {problemOfError(query.error).title}: {problemOfError(query.error).detail}
                </span>
              ) : null}
            </div>
          </>
        )}
      </QueryPanel>
    </Section>
  )
}

const keyOf = (event: KeyEvent): string =>
  event.kind === 'message'
    ? `m ${event.message.position}`
    : event.kind === 'letter'
      ? `l ${event.letter.id}`
      : `r ${event.replay.replayId} ${event.replay.letterId}`

/** How far was looked for messages of the key, and what is left out. */
const lookWords = ({ topic, partition, newer, older, notLooked, moreLetters }: KeyStory): string => {
  const letters = moreLetters > 0 ? ` Not listed: ${sayMany(moreLetters, 'more letter')} of this key.` : ''
  if (notLooked !== null) return `No messages were looked for. ${notLooked}${letters}`
  const looks = [newer, older].filter((look) => look !== null)
  const read = looks.reduce((sum, look) => sum + BigInt(look.messages), 0n)
  const failed = looks.find(({ problem }) => problem !== null)?.problem
  const isWhole = looks.every(({ goOnFrom }) => goOnFrom === null)
  const place = `partition ${partition} of ${topic}`
  return `${sayMany(read.toString(), 'message')} of ${place} read${
    failed ? `, then it failed: ${failed}.` : isWhole ? ': all of it.' : ', not all of it yet.'
  }${letters}`
}

const Event = ({ event, connection }: { readonly event: KeyEvent; readonly connection: string }) => {
  if (event.kind === 'message') {
    const { message, isOrigin, copyOf } = event
    return (
      <>
        <span className="w-20 shrink-0 text-muted">Message</span>
        <Link
          href={routes.message(connection, message.topic, message.position)}
          className="link font-mono text-small"
        >
          {message.topic} {message.position}
        </Link>
        {isOrigin ? <span className="font-strong">the one that died</span> : null}
        {copyOf ? (
          <Link href={routes.replay(connection, copyOf.replayId)} className="link">
            sent by replay {copyOf.number ?? ''}
          </Link>
        ) : null}
        {message.isTombstone ? <span className="text-warning">tombstone</span> : null}
        <span className="min-w-0 flex-1 basis-40 truncate font-mono text-small text-muted">
          {message.value.text?.replace(/\s+/g, ' ')}
        </span>
      </>
    )
  }
  if (event.kind === 'letter') {
    const { letter, isThis } = event
    return (
      <>
        <span className="w-20 shrink-0 text-critical">Died</span>
        <Link href={routes.deadLetter(connection, letter.id)} className="link font-mono text-small">
          {letter.topic} {letter.position}
        </Link>
        {isThis ? <span className="font-strong">this letter</span> : null}
        <span className="min-w-0 flex-1 basis-40 truncate">
          {shortClass(letter.errorClass) ?? 'Unknown error'}
          {letter.message === null ? null : <span className="text-muted"> {letter.message}</span>}
        </span>
      </>
    )
  }
  const { replay } = event
  return (
    <>
      <span className="w-20 shrink-0 text-muted">Replay</span>
      <Link href={routes.replay(connection, replay.replayId)} className="link">
        Replay {replay.number ?? ''}
      </Link>
      <Status of="outcome" value={replay.outcome} />
      {replay.targetPosition === null ? (
        <span className="text-muted">to {replay.targetTopic}</span>
      ) : (
        <Link
          href={routes.message(connection, replay.targetTopic, replay.targetPosition)}
          className="link font-mono text-small"
        >
          {replay.targetTopic} {replay.targetPosition}
        </Link>
      )}
      <span className="min-w-0 flex-1 basis-40 truncate text-muted">
        <TimedText text={replay.proof} />
      </span>
    </>
  )
}
