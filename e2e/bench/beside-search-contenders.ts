import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compose } from '../../server/composition.ts'
import { connectionConfig } from '../../server/config.ts'
import { messageStreamQuery } from '../../server/contracts/message-stream.ts'
import { topicListQuery } from '../../server/contracts/topics.ts'
import { readEnv } from '../../server/env.ts'
import type { Deps } from '../../server/services/deps.ts'
import { listTopics } from '../../server/services/list-topics.ts'
import { runScan } from '../../server/services/run-scan.ts'
import { searchMessages } from '../../server/services/search-messages.ts'

export type Beside = { readonly brokers: string; readonly databaseUrl: string; readonly topic: string }
/** `idle` searches nothing: what the machine itself takes. */
export type Contender = 'ours' | 'peer' | 'idle'
/** What stands before the port that a contender prints. */
export const listening = 'listening on '

/** One finds nothing in the bytes, the other must read every record. */
const searches = ['nowhere-to-be-found', 'size:>1000000']

const serve = async (contender: Contender, { brokers, databaseUrl, topic }: Beside): Promise<void> => {
  const { deps: composed } = compose(readEnv({ DATABASE_URL: databaseUrl }), {
    connections: [connectionConfig.parse({ id: 'bench', name: 'Bench', brokers })],
  })
  const [connection] = composed.connections
  if (!connection) throw new Error('there is one connection')
  const deps: Deps =
    contender !== 'peer'
      ? composed
      : {
          ...composed,
          scanner: { ...composed.scanner, scan: (task, call) => runScan(connection, task, call) },
        }
  const signal = new AbortController().signal
  let messages = 0
  let whole = 0
  const searchOn = async (search: string): Promise<void> => {
    for (;;) {
      const opened = await searchMessages(
        deps,
        connection,
        messageStreamQuery.parse({ topics: topic, search }),
        { signal },
      )
      if (!opened.ok) throw new Error(opened.error.detail)
      for await (const frame of opened.value)
        if (frame.type === 'done') {
          messages += Number(frame.scan.messages)
          whole += 1
        }
    }
  }
  const server = createServer(async ({ url }, response) => {
    if (url === '/searched') return response.end(`${whole} searches read ${messages} messages`)
    const listed = await listTopics(deps, connection, topicListQuery.parse({}), { signal })
    response.statusCode = listed.ok ? 200 : 500
    response.end(JSON.stringify(listed.ok ? listed.value : listed.error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  if (contender !== 'idle') for (const search of searches) void searchOn(search)
  console.log(`${listening}${(server.address() as AddressInfo).port}`)
}

const [, program = '', contender, input = ''] = process.argv
if (program === import.meta.filename) await serve(contender as Contender, JSON.parse(input))
