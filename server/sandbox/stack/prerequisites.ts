import { mkdirSync, statfsSync } from 'node:fs'
import { runCommand } from './run-command.ts'
import { SandboxError } from './sandbox-error.ts'

/** The major version in the output of `java -version`: 17 of `openjdk version "17.0.9"`, 8 of `"1.8.0_391"`. */
export const readJavaVersion = (output: string): number | null => {
  const match = /version "(?:1\.)?(\d+)/.exec(output)
  return match?.[1] === undefined ? null : Number(match[1])
}

/** Fails with what to install when Java 17 or newer is not there. */
export const requireJava = async (): Promise<void> => {
  const { code, output } = await runCommand('java', ['-version'])
  if (code === 127)
    throw new SandboxError(
      'Java is not installed. The sandbox runs a real Kafka and a schema registry on Java 17 or newer.\n' +
        'Install a Java 17 runtime, or start the parts with `docker compose up` and set KAFKA_BROKERS and SCHEMA_REGISTRY_URL.',
    )
  const version = readJavaVersion(output)
  if (version === null || version < 17)
    throw new SandboxError(
      `Java ${version ?? '(unknown version)'} is too old: the sandbox needs Java 17 or newer.`,
    )
}

/** Fails when the disk of a folder has less room than the sandbox needs. Makes the folder. */
export const requireDiskSpace = (dir: string, neededMegabytes: number): void => {
  mkdirSync(dir, { recursive: true })
  const { bavail, bsize } = statfsSync(dir)
  const free = Math.floor((bavail * bsize) / 1e6)
  if (free < neededMegabytes)
    throw new SandboxError(
      `The disk is nearly full: ${free} MB are free under ${dir}, the sandbox needs ${neededMegabytes} MB.`,
    )
}
