import { mkdirSync, statfsSync } from 'node:fs'
import { runCommand } from './run-command.ts'
import { SandboxError } from './sandbox-error.ts'

/** The major version in the output of `java -version`: 17 of `openjdk version "17.0.9"`, 8 of `"1.8.0_391"`. */
export const readJavaVersion = (output: string): number | null => {
  const match = /version "(?:1\.)?(\d+)/.exec(output)
  return match?.[1] === undefined ? null : Number(match[1])
}

/** What else can be done where Java or Maven is not wanted. */
export const instead =
  'start the parts by `docker compose up -d --wait` and name them by KAFKA_BROKERS and SCHEMA_REGISTRY_URL (see compose.yaml).'

/** Fails with what to install when Java 17 or newer is not there, or is there only in name. */
export const requireJava = async (signal?: AbortSignal): Promise<void> => {
  const { code, output } = await runCommand('java', ['-version'], { signal })
  if (code === 127)
    throw new SandboxError(
      `Java is not installed. The sandbox runs a real Kafka and a schema registry on Java 17 or newer.\nInstall a Java 17 runtime, or ${instead}`,
    )
  const version = readJavaVersion(output)
  if (version === null)
    throw new SandboxError(
      `\`java -version\` does not tell a version, so that Java can not be used:\n${output.trim().split('\n').slice(0, 4).join('\n')}\nInstall a Java 17 runtime, or ${instead}`,
    )
  if (version < 17)
    throw new SandboxError(
      `Java ${version} is too old: Kafka 4.3 needs Java 17 or newer.\nPut a newer one first in PATH, or ${instead}`,
    )
}

/** Fails when the disk of a folder has less room than is needed, with both numbers and what to do. Makes the folder. */
export const requireDiskSpace = (dir: string, neededMegabytes: number, advice: string): void => {
  mkdirSync(dir, { recursive: true })
  const { bavail, bsize } = statfsSync(dir)
  const free = Math.floor((bavail * bsize) / 1e6)
  if (free < neededMegabytes)
    throw new SandboxError(
      `The disk is nearly full: ${free} MB are free under ${dir}, the sandbox needs ${neededMegabytes} MB. Free some and start again. ${advice}`,
    )
}
