import { z } from 'zod'
import { plainChoices, schemaChoice } from './choices.ts'
import { connectionId, topicName } from './scalars.ts'

export type PlainChoice = keyof typeof plainChoices

export const plainChoice = z.enum(Object.keys(plainChoices) as [PlainChoice, ...PlainChoice[]])
/** `json`, `schema:12` (a schema of the registry by its id) or `proto:shop.Order` (a type of the configured .proto files). */
export const decoderChoice = z.union([
  plainChoice,
  z.string().regex(schemaChoice, 'schema: and an id of the registry'),
  z
    .string()
    .regex(/^proto:[A-Za-z_][\w.]{0,200}$/, 'proto: and the name of a message type of the configured files'),
])
export type DecoderChoice = z.infer<typeof decoderChoice>

/** What a choice is called on screen. */
export const nameOfChoice = (choice: DecoderChoice): string => {
  if (choice in plainChoices) return plainChoices[choice as PlainChoice]
  const [kind, rest] = [choice.slice(0, choice.indexOf(':')), choice.slice(choice.indexOf(':') + 1)]
  return kind === 'schema' ? `schema ${rest}` : `${rest} (.proto file)`
}

export const side = z.enum(['key', 'value'])
export type Side = z.infer<typeof side>

export const decodersParams = z.object({ connection: connectionId, topic: topicName })

const chosen = z.object({
  decoder: decoderChoice,
  name: z.string(),
  by: z.string(),
  atMs: z.number().int(),
})
/** How the messages of a topic are read: null where the chain of decoders decides. */
export const topicDecoders = z.object({
  key: chosen.nullable(),
  value: chosen.nullable(),
  /** Message types of the configured .proto files, which may be chosen. */
  protoTypes: z.array(z.string()),
  /** Why configured .proto files could not be used. */
  protoProblem: z.string().nullable(),
})
export type TopicDecoders = z.infer<typeof topicDecoders>

export const chooseDecoderRequest = z.object({
  side,
  /** Null: back to what the chain of decoders finds. */
  decoder: decoderChoice.nullable(),
})
