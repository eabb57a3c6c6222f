import { failureGroupListQuery } from '../../server/contracts/failure-groups.ts'
import { type Bench, good } from '../../server/services/dead-letter-fixture.ts'
import { listDeadLetters } from '../../server/services/list-dead-letters.ts'
import { listFailureGroups } from '../../server/services/list-failure-groups.ts'
import { showFailureGroup } from '../../server/services/show-failure-group.ts'
import { showFailureGroupEvidence } from '../../server/services/show-failure-group-evidence.ts'
import { printSpread, quantileOf } from './print-result.ts'

const rounds = 60

type Question = { readonly name: string; readonly ask: () => Promise<unknown> }

/** What the pages of the inbox ask, each on its own. */
const questionsOf = async (bench: Bench): Promise<readonly Question[]> => {
  const { deps, connection } = bench
  const groups = (query: Record<string, string>) =>
    good(listFailureGroups(deps, connection, failureGroupListQuery.parse(query), bench.call()))
  const letters = (query: Omit<Parameters<typeof listDeadLetters>[2], 'limit'>) =>
    good(listDeadLetters(deps, connection, { ...query, limit: 100 }, bench.call()))
  const { data } = await groups({ state: 'all' })
  const sorted = data.groups.toSorted((a, b) => b.count - a.count)
  const [largest, smallest] = [sorted[0], sorted.at(-1)]
  if (!largest || !smallest) throw new Error('there are failure groups')
  const page = await letters({})
  const [topic, key] = [page.letters[0]?.topic, page.letters[0]?.keyText ?? '']
  let deep = page.nextCursor ?? ''
  for (let at = 0; at < 50; at++) deep = (await letters({ cursor: deep })).nextCursor ?? deep
  console.log(
    `${data.unfilteredTotal} failure groups, of which a list has the first ${data.groups.length}; the largest has ${largest.count} letters, ${page.total} in all`,
  )
  return [
    { name: 'inbox', ask: () => groups({}) },
    { name: 'inbox, every state', ask: () => groups({ state: 'all' }) },
    { name: 'inbox, resolved', ask: () => groups({ state: 'resolved' }) },
    { name: 'inbox, a text', ask: () => groups({ q: 'declined' }) },
    { name: 'inbox, a text that nothing has', ask: () => groups({ q: 'no such thing' }) },
    { name: 'inbox, a topic', ask: () => groups({ topic: topic ?? '' }) },
    { name: 'inbox, by keys', ask: () => groups({ sort: 'keys' }) },
    { name: 'inbox, 1,000 groups', ask: () => groups({ limit: '1000' }) },
    { name: 'inbox, by expiry', ask: () => groups({ sort: 'expires', desc: 'false' }) },
    { name: 'inbox, lost within a day', ask: () => groups({ within: '24h' }) },
    { name: 'letters, newest', ask: () => letters({}) },
    { name: 'letters, page 51', ask: () => letters({ cursor: deep }) },
    { name: 'letters of a topic', ask: () => letters({ topic }) },
    { name: 'letters of a key', ask: () => letters({ key }) },
    { name: 'letters of the largest group', ask: () => letters({ failureGroup: largest.id }) },
    ...(
      [
        ['largest', largest.id],
        ['smallest', smallest.id],
      ] as const
    ).flatMap(([size, id]) => [
      { name: `group page, ${size}`, ask: () => good(showFailureGroup(deps, connection, id, bench.call())) },
      {
        name: `evidence, ${size}`,
        ask: () => good(showFailureGroupEvidence(deps, connection, id)),
      },
    ]),
  ]
}

/** The inbox without groups of its own: counts the letters each time somebody looks. */
const askNaively = async ({ database }: Bench): Promise<void> => {
  await database.db.pool.query(
    `SELECT failure_group_id, count(*), min(died_at), max(died_at), array_agg(DISTINCT topic)
     FROM dead_letter WHERE connection_id = 'local' GROUP BY 1 ORDER BY max(died_at) DESC LIMIT 1000`,
  )
}

const timesOf = async (ask: () => Promise<unknown>, count: number): Promise<number[]> => {
  const times: number[] = []
  for (let round = 0; round < count; round++) {
    const startedAt = performance.now()
    await ask()
    times.push(performance.now() - startedAt)
  }
  return times
}

/**
 * How long the inbox's questions take, first on tables as they were filled, then as PostgreSQL leaves them by itself within
 * a minute or so (autovacuum: statistics, and which pages all may see); the slowest of them at the 95th percentile, in
 * milliseconds, beside counting the letters.
 */
export const measureInbox = async (bench: Bench): Promise<Readonly<Record<string, number>>> => {
  const worst = { fresh: 0, known: 0 }
  const questions = await questionsOf(bench)
  for (const when of ['fresh', 'known'] as const) {
    if (when === 'known') await bench.database.db.pool.query('VACUUM (ANALYZE)')
    for (const { name, ask } of questions) {
      const times = await timesOf(ask, rounds)
      printSpread(when === 'fresh' ? `${name} (no statistics)` : name, times, 'ms')
      worst[when] = Math.max(worst[when], quantileOf(times, 0.95))
    }
  }
  const naive = await timesOf(() => askNaively(bench), 5)
  printSpread('counting the letters', naive, 'ms')
  return { inboxMsP95: worst.known, inboxMsP95Fresh: worst.fresh, countingMsP95: quantileOf(naive, 0.95) }
}
