import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type PartCommand, type PartProcess, startPartProcess, waitUntilReady } from './part-process.ts'
import { runCommand } from './run-command.ts'
import { diskIsFull, SandboxError } from './sandbox-error.ts'

export type KafkaOptions = {
  readonly dataDir: string
  /** Folder with Kafka's jars. */
  readonly jars: string
  readonly port: number
  readonly controllerPort: number
  /** A second listener that tells clients the address of a fault proxy: `port` listens, `advertised` is the proxy's. */
  readonly proxied?: { readonly port: number; readonly advertised: number } | undefined
  /** A third listener with SASL/PLAIN for one user, whom access control lists may limit. All others may do everything. */
  readonly limited?: (KafkaUser & { readonly port: number }) | undefined
  /** Data folder of the node whose cluster this one joins as its second broker; `controllerPort` is that node's. */
  readonly joins?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export type KafkaUser = { readonly username: string; readonly password: string }

/** Settings that the broker of compose.yaml has too. */
export const brokerSettings = {
  'num.partitions': '3',
  'auto.create.topics.enable': 'false',
  'offsets.topic.num.partitions': '4',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '2',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'message.max.bytes': String(16 * 1024 * 1024),
  'replica.fetch.max.bytes': String(16 * 1024 * 1024),
  'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
  'log.retention.check.interval.ms': '30000',
} as const

const limitedSettings = ({ username, password }: KafkaUser) => ({
  'listener.name.limited.sasl.enabled.mechanisms': 'PLAIN',
  'listener.name.limited.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`,
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
  'allow.everyone.if.no.acl.found': 'true',
})

const propertiesOf = ({ dataDir, port, controllerPort, proxied, limited, joins }: KafkaOptions): string =>
  Object.entries({
    'process.roles': joins === undefined ? 'broker,controller' : 'broker',
    'node.id': joins === undefined ? '1' : '2',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [
      `PLAINTEXT://127.0.0.1:${port}`,
      ...(joins === undefined ? [`CONTROLLER://127.0.0.1:${controllerPort}`] : []),
      ...(proxied ? [`PROXIED://127.0.0.1:${proxied.port}`] : []),
      ...(limited ? [`LIMITED://127.0.0.1:${limited.port}`] : []),
    ].join(','),
    'advertised.listeners': [
      `PLAINTEXT://127.0.0.1:${port}`,
      ...(proxied ? [`PROXIED://127.0.0.1:${proxied.advertised}`] : []),
      ...(limited ? [`LIMITED://127.0.0.1:${limited.port}`] : []),
    ].join(','),
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,LIMITED:SASL_PLAINTEXT',
    ...(limited ? limitedSettings(limited) : {}),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dataDir, 'kafka'),
    ...brokerSettings,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')

/** A random id as Kafka writes them; one that begins with a dash would be taken for an option. */
const drawClusterId = (): string => {
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
  return id.startsWith('-') ? drawClusterId() : id
}

const readClusterId = (dataDir: string): string =>
  /^cluster\.id=(.+)$/m.exec(readFileSync(join(dataDir, 'kafka', 'meta.properties'), 'utf8'))?.[1]?.trim() ??
  ''

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      // ApiVersions v0: a listening port is not yet a broker that answers.
      socket.write(Buffer.from([0, 0, 0, 14, 0, 18, 0, 0, 0, 0, 0, 1, 0, 4, 0x70, 0x69, 0x6e, 0x67]))
    })
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.setTimeout(1_000, () => socket.destroy())
    socket.once('close', () => resolve(false))
    socket.once('error', () => resolve(false))
  })

/** Starts one Kafka node as broker and controller (KRaft) on its data folder, which is formatted when it is new. */
export const startKafka = async (options: KafkaOptions): Promise<PartProcess> => {
  const properties = join(options.dataDir, 'kafka.properties')
  mkdirSync(options.dataDir, { recursive: true })
  writeFileSync(properties, propertiesOf(options))
  const classPath = join(options.jars, '*')
  if (!existsSync(join(options.dataDir, 'kafka', 'meta.properties'))) {
    const clusterId = options.joins === undefined ? drawClusterId() : readClusterId(options.joins)
    // What is there without meta.properties is half a format, of a start that was killed.
    rmSync(join(options.dataDir, 'kafka'), { recursive: true, force: true })
    const { code, output } = await runCommand(
      'java',
      ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties],
      { signal: options.signal, pidFile: join(options.dataDir, 'prepare-kafka.pid') },
    )
    if (code !== 0)
      throw new SandboxError(
        /No space left on device/.test(output)
          ? diskIsFull('Kafka could not format its data folder', options.dataDir)
          : `Kafka could not format its data folder:\n${output.split('\n').slice(-8).join('\n')}`,
      )
  }
  const part: PartCommand = {
    name: 'Kafka',
    command: 'java',
    args: [
      '-Xms128m',
      '-Xmx512m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classPath,
      'kafka.Kafka',
      properties,
    ],
    logFile: join(options.dataDir, 'logs', 'kafka.log'),
    pidFile: join(options.dataDir, 'kafka.pid'),
    stopSignal: 'SIGTERM',
  }
  const running = startPartProcess(part)
  await waitUntilReady(part, running, () => answers(options.port), {
    timeoutMs: 60_000,
    signal: options.signal,
  })
  return running
}
