import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { makeKafkaAdapter } from '../../server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '../../server/config.ts'
import type { TopicName } from '../../server/contracts/scalars.ts'
import type { RawHeader } from '../../server/domain/dead-letter.ts'
import type { OutgoingMessage } from '../../server/ports/publisher.ts'
import type { RawMessage } from '../../server/ports/raw-message.ts'
import { type Capture, lettersFolder, type StoredRecord } from './captured-letters.ts'
import { type Program, programs } from './programs.ts'

const partitions = 3
/** Not the first: a reader that takes what it cannot read for zero is to be found out. */
const partition = 2
const patienceMs = 240_000
/** Written some time before, so that a letter's own time is told from its origin's; not so long that it expires. */
const writtenAtMs = BigInt(Date.now() - 3_600_000)

const text = (name: string, value: string): RawHeader => ({ name, value: Buffer.from(value) })
const caseHeader = 'case'
const failures = ['cause-chain', 'null-message', 'bad-value', 'bad-key']
const sentAgain = 'cause-chain'

/** What the application wrote: duplicates, binary, empty and null among its headers. */
const userHeaders = (failure: string): RawHeader[] => [
  text(caseHeader, failure),
  text('tag', 'first'),
  { name: 'binary', value: Buffer.from('00ff8001', 'hex') },
  text('tag', 'second'),
  text('empty', ''),
  { name: 'nothing', value: null },
  text('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
]

const messageOf = (topic: TopicName, failure: string, json: boolean): OutgoingMessage => ({
  topic,
  partition,
  key: failure === 'bad-key' ? Buffer.from('ff00', 'hex') : Buffer.from('42'),
  value:
    failure === 'bad-value'
      ? Buffer.from('ff000102', 'hex')
      : Buffer.from(json ? JSON.stringify(failure) : failure),
  headers: userHeaders(failure),
  timestampMs: writtenAtMs,
})

const store = ({
  topic,
  partition: at,
  offset,
  timestampMs,
  key,
  value,
  headers,
}: RawMessage): StoredRecord => {
  const base64 = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('base64')
  return {
    topic,
    partition: at,
    offset: offset.toString(),
    timestampMs: timestampMs.toString(),
    key: base64(key),
    value: base64(value),
    headers: headers.map((header) => [header.name, base64(header.value)]),
  }
}

/** Builds a program with Maven and answers its class path. */
const build = ({ module, version }: Program): string => {
  const folder = new URL('programs/', import.meta.url)
  const classpath = `target/${version}/classpath`
  execFileSync(
    'mvn',
    [
      '--quiet',
      '--batch-mode',
      `-Dframework.version=${version}`,
      `-Dmdep.outputFile=${classpath}`,
      '--projects',
      module,
      '--also-make',
      'compile',
      'dependency:build-classpath',
    ],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const own = new URL(`${module}/`, folder)
  return [
    fileURLToPath(new URL(`target/${version}/classes`, own)),
    readFileSync(new URL(classpath, own), 'utf8'),
  ].join(':')
}

/** Whatever is asked of the broker: its answer, or its error thrown. */
const openBroker = (brokers: string) => {
  const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'capture', name: 'Capture', brokers }))
  const { messages, publisher, topicAdmin, topics } = adapter
  if (!messages || !publisher || !topicAdmin)
    throw new Error('This adapter can not read, send and make topics')
  const call = () => ({ signal: AbortSignal.timeout(30_000) })
  const get = <T>(answer: { ok: true; value: T } | { ok: false; error: { detail: string } }): T => {
    if (!answer.ok) throw new Error(answer.error.detail)
    return answer.value
  }
  const list = async () => get(await topics.list(call()))
  return {
    names: async (prefix: string) =>
      (await list()).map(({ name }) => name).filter((name) => name.includes(prefix)),
    make: async (name: TopicName) =>
      get(await topicAdmin.create({ name, partitions, replicationFactor: 1, settings: new Map() }, call())),
    remove: async (name: TopicName) => get(await topicAdmin.delete({ name, topicId: null }, call())),
    send: async (sent: readonly OutgoingMessage[]) => get(await publisher.send(sent, call())),
    readAll: async (topic: TopicName): Promise<RawMessage[]> => {
      const state = (await list()).find(({ name }) => name === topic)
      const read: RawMessage[] = []
      for (const { partition: at } of state?.partitions ?? []) {
        const budget = { messages: 1_000, bytes: 1e8, milliseconds: 10_000 }
        const found = await messages.readForward(
          { topic, partition: at, from: 0n, limit: 1_000, budget },
          call(),
        )
        read.push(...get(found).messages)
      }
      return read
    },
    dispose: () => adapter.dispose(),
  }
}
type Broker = ReturnType<typeof openBroker>

const letterOrder = (a: RawMessage, b: RawMessage) =>
  a.partition - b.partition || (a.offset < b.offset ? -1 : 1)

const waitForLetters = async (broker: Broker, topic: TopicName, count: number, isGone: () => boolean) => {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const letters = await broker.readAll(topic)
    if (letters.length >= count) return letters.toSorted(letterOrder)
    if (isGone()) throw new Error('The program ended')
    if (Date.now() > deadline) throw new Error(`${letters.length} of ${count} dead letters came`)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

const isOf = (failure: string) => (letter: RawMessage) =>
  letter.headers.some(
    ({ name, value }) => name === caseHeader && Buffer.from(value ?? []).toString() === failure,
  )

const capture = async (broker: Broker, brokers: string, program: Program, port: string): Promise<Capture> => {
  const prefix = `captured-${program.name}`
  const topic = `${prefix}-orders` as TopicName
  const group = `${prefix}-payments`
  const deadLetterTopic = program.deadLetterTopic(topic, group) as TopicName
  const mine = () => broker.names(prefix)
  for (const name of await mine()) await broker.remove(name)
  const classpath = build(program)
  await broker.make(topic)
  if (!program.makesTopic) await broker.make(deadLetterTopic)
  for (const name of program.retryTopics?.(topic) ?? []) await broker.make(name as TopicName)
  const json = program.json === true
  const wanted = [...failures, ...(program.moreFailures ?? [])].filter((one) => !program.lacks?.includes(one))
  // Some that are processed come first, so that a letter and its origin do not have the same offset.
  const given = ['fine', 'fine', 'fine', ...wanted]
  await broker.send(given.map((failure) => messageOf(topic, failure, json)))
  const child = spawn(
    'java',
    [
      '-Xmx256m',
      '-cp',
      classpath,
      'com.shop.payments.Main',
      brokers,
      program.style,
      topic,
      group,
      deadLetterTopic,
      port,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const isGone = () => child.exitCode !== null
  try {
    const letters = await waitForLetters(broker, deadLetterTopic, wanted.length, isGone)
    const again = letters.find(isOf(sentAgain))
    if (!again) throw new Error(`No dead letter of ${sentAgain}`)
    const { key, value, headers } = again
    await broker.send([{ topic, partition, key, value, headers, timestampMs: null }])
    const isNew = (letter: RawMessage) =>
      !letters.some((old) => old.partition === letter.partition && old.offset === letter.offset)
    const all = await waitForLetters(broker, deadLetterTopic, wanted.length + 1, isGone)
    const origins: RawMessage[] = []
    for (const name of await mine())
      if (name !== deadLetterTopic) origins.push(...(await broker.readAll(name)))
    return {
      name: program.name,
      framework: program.framework,
      version: program.version,
      style: program.style,
      program: program.module,
      topic,
      group,
      deadLetterTopic,
      origins: origins.map(store),
      letters: [...letters, ...all.filter(isNew)].map(store),
    }
  } finally {
    const ended = isGone() ? null : new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await ended
    for (const name of await mine()) await broker.remove(name)
  }
}

const [brokers, port = '34180', ...names] = process.argv.slice(2)
if (brokers === undefined) throw new Error('capture.ts <brokers> [port [name of a capture …]]')
const broker = openBroker(brokers)
try {
  for (const program of programs) {
    if (names.length > 0 && !names.includes(program.name)) continue
    const captured = await capture(broker, brokers, program, port)
    writeFileSync(new URL(`${program.name}.json`, lettersFolder), `${JSON.stringify(captured, null, 2)}\n`)
    process.stdout.write(`${program.name}: ${captured.letters.length} dead letters\n`)
  }
} finally {
  await broker.dispose()
}
