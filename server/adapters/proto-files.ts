import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Side } from '#server/contracts/decoders.ts'
import { compileProtoFiles } from '#server/domain/payload/decode-protobuf.ts'
import type { ProtoFiles } from '#server/ports/payload-reading.ts'

export type ProtoConfig = {
  /** .proto files and folders of them. */
  readonly files: readonly string[]
  readonly types: readonly { readonly topics: string; readonly side: Side; readonly type: string }[]
}

type File = { readonly name: string; readonly text: string }

/** Files below a path, named as they import each other: relative to the folder that is given. */
const readBelow = (given: string): File[] => {
  if (!statSync(given).isDirectory())
    return [{ name: path.basename(given), text: readFileSync(given, 'utf8') }]
  return readdirSync(given, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.proto'))
    .sort()
    .map((name) => ({
      name: name.split(path.sep).join('/'),
      text: readFileSync(path.join(given, name), 'utf8'),
    }))
}

const nameOfError = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const noFiles: ProtoFiles = { types: null, problem: null, typeFor: () => null }

/**
 * Reads the configured .proto files when they are first needed, then keeps them until the process starts anew. Files that
 * can not be read or compiled leave payloads to the other decoders, and the reason stands in `problem`.
 */
export const makeProtoFiles = (config: ProtoConfig | undefined): (() => ProtoFiles) => {
  if (!config) return () => noFiles
  const rules = config.types.map(({ topics, ...rest }) => ({ pattern: new RegExp(topics), ...rest }))
  let kept: ProtoFiles | null = null
  const read = (): ProtoFiles => {
    const typeFor: ProtoFiles['typeFor'] = (topic, side) =>
      rules.find((rule) => rule.side === side && rule.pattern.test(topic))?.type ?? null
    try {
      const types = compileProtoFiles(config.files.flatMap(readBelow))
      const missing = rules.find(({ type }) => !types.types.includes(type))
      const problem = missing ? `The .proto files have no message type ${missing.type}.` : null
      return { types, problem, typeFor }
    } catch (error) {
      return {
        types: null,
        problem: `The .proto files can not be used: ${nameOfError(error)}`,
        typeFor: () => null,
      }
    }
  }
  return () => {
    kept ??= read()
    return kept
  }
}
