import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { RawHeader } from '#server/domain/dead-letter.ts'

/** Bytes as base64; null is no bytes at all, which is not the same as none. */
const bytesSchema = z.base64().nullable()

const recordSchema = z.strictObject({
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  timestampMs: z.string(),
  key: bytesSchema,
  value: bytesSchema,
  /** In the order of the record. */
  headers: z.array(z.tuple([z.string(), bytesSchema])),
})
export type StoredRecord = z.output<typeof recordSchema>

const captureSchema = z.strictObject({
  name: z.string(),
  framework: z.string(),
  version: z.string(),
  style: z.string(),
  /** The program that let its consumer fail, below `programs/`. */
  program: z.string(),
  topic: z.string(),
  /** Consumer group, application or connector: what the program was told. */
  group: z.string(),
  deadLetterTopic: z.string(),
  /** What the consumer was given, in its topic and in those that the framework made (retries, repartitions). */
  origins: z.array(recordSchema),
  /** In the order in which they died: the last ones are deaths of earlier letters that were sent again with all headers. */
  letters: z.array(recordSchema),
})
/** What one run of a program left in its topics. */
export type Capture = z.output<typeof captureSchema>

export const lettersFolder = new URL('letters/', import.meta.url)

/** Every capture of the folder. Throws when a file is not of the form. */
export const readCaptures = (): readonly Capture[] =>
  readdirSync(lettersFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => captureSchema.parse(JSON.parse(readFileSync(new URL(file, lettersFolder), 'utf8'))))

export const bytesOf = (stored: string | null): Buffer | null =>
  stored === null ? null : Buffer.from(stored, 'base64')

export const headersOf = ({ headers }: StoredRecord): RawHeader[] =>
  headers.map(([name, value]) => ({ name, value: bytesOf(value) }))
