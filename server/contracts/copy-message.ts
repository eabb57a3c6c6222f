import { z } from 'zod'

/** The origin under which whoever asks reaches Spillway, for the commands that call it. */
export const copyMessageQuery = z.object({
  origin: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default('http://localhost:3000'),
})

/** A command line, or why there is none. */
export const commandLine = z.union([z.object({ command: z.string() }), z.object({ problem: z.string() })])

/** One message in the forms in which it is copied. */
export const messageCopies = z.object({
  /** One line that loses nothing: exact numbers, headers in order, base64 where bytes are no text. */
  json: z.string(),
  kcatConsume: z.string(),
  kcatProduce: commandLine,
  curlRead: z.string(),
  curlProduce: z.string(),
  /** What must be added before a command works as it stands. */
  note: z.string().nullable(),
})
export type MessageCopies = z.infer<typeof messageCopies>
