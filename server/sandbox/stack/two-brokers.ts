import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureArtifact } from './artifacts.ts'
import { findFreePort } from './free-port.ts'
import { startKafka } from './kafka.ts'
import { startStack } from './start-stack.ts'

/** A running cluster of two brokers, 1 and 2, of which the first is the controller. */
export type TwoBrokers = {
  /** Address of the first. */
  readonly brokers: string
  /** Kills the second, as when its machine is lost. */
  stopSecond(): Promise<void>
  stop(): Promise<void>
}

/** Starts a cluster of two brokers below a data folder, which stays the caller's to remove. */
export const startTwoBrokers = async (dataDir: string): Promise<TwoBrokers> => {
  const stack = await startStack({ dataDir, parts: ['kafka'] })
  // Alone, the first would wait long for the second before it shut down.
  const stopFirst = async () => {
    await stack.stopPart('kafka', 'kill')
    await stack.stop()
  }
  try {
    const properties = readFileSync(join(dataDir, 'kafka.properties'), 'utf8')
    const second = await startKafka({
      dataDir: join(dataDir, 'second'),
      jars: await ensureArtifact('kafka', { onProgress: () => {} }),
      port: await findFreePort(),
      controllerPort: Number(/voters=1@127\.0\.0\.1:(\d+)/.exec(properties)?.[1]),
      joins: dataDir,
    })
    return {
      brokers: stack.brokers,
      stopSecond: () => second.stop('kill'),
      stop: async () => {
        await second.stop('kill')
        await stopFirst()
      },
    }
  } catch (error) {
    await stopFirst()
    throw error
  }
}
