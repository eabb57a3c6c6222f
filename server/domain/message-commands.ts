import type { RawHeader } from './dead-letter.ts'
import { base64Of, exactText } from './message-json.ts'
import { quoteForShell } from './shell-quote.ts'

type Bytes = Uint8Array | null
type Record = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: Bytes
  readonly value: Bytes
  readonly headers: readonly RawHeader[]
}
/** A command line, or why there is none. */
export type Command = { readonly command: string } | { readonly problem: string }

const word = (text: string): string => quoteForShell(text) ?? "''"

/** Reads exactly one message: `kcat -C -b … -t … -p … -o … -c 1`. */
export const kcatConsume = ({ topic, partition, offset }: Record, brokers: string): string =>
  `kcat -C -b ${word(brokers)} -t ${word(topic)} -p ${partition} -o ${offset} -c 1 -e`

/** A line that is in neither text, to stand between them. */
const markOf = (name: string, texts: readonly Bytes[]): string => {
  for (let number = 0; ; number++) {
    const mark = `--${name}-${number}--`
    if (!texts.some((bytes) => bytes !== null && Buffer.from(bytes).includes(mark))) return mark
  }
}

const print = (bytes: Uint8Array): string => {
  const text = exactText(bytes)
  const quoted = text === null ? null : quoteForShell(text)
  return quoted === null ? `printf %s ${base64Of(bytes)} | base64 -d` : `printf %s ${quoted}`
}

/**
 * Produces the same message again: key, value and headers to the byte, whatever they hold; kcat reads key and value from
 * its input between marks that are in neither. It has no way to send a header whose value is no text, and can not tell
 * an empty key or value from null when the other is null.
 */
export const kcatProduce = ({ topic, partition, key, value, headers }: Record, brokers: string): Command => {
  const odd = headers.find(({ name, value: bytes }) => {
    const text = bytes === null ? '' : exactText(bytes)
    return name === '' || name.includes('=') || name.includes('\0') || text === null || text.includes('\0')
  })
  if (odd)
    return {
      problem: `kcat can not send the header "${odd.name}": its name or its bytes have no form on a command line. Use curl instead.`,
    }
  if (value === null && key?.length === 0)
    return {
      problem: 'kcat can not send an empty key with a null value: it would make both null. Use curl instead.',
    }
  const keyMark = markOf('key', [key, value])
  const endMark = markOf('end', [key, value])
  const parts = [
    ...(key === null ? [] : [...(key.length === 0 ? [] : [print(key)]), `printf %s ${keyMark}`]),
    ...(value === null || value.length === 0 ? [] : [print(value)]),
    `printf %s ${endMark}`,
  ]
  const options = [
    `-b ${word(brokers)} -t ${word(topic)} -p ${partition}`,
    ...(key === null ? [] : [`-K ${keyMark}`]),
    `-D ${endMark}`,
    ...(value === null ? ['-Z'] : []),
    ...headers.map(({ name, value: bytes }) =>
      bytes === null ? `-H ${word(name)}` : `-H ${word(`${name}=${exactText(bytes) ?? ''}`)}`,
    ),
  ]
  return { command: `{ ${parts.join('; ')}; } | kcat -P ${options.join(' ')}` }
}

/** Reads the message from Spillway's own API. `address` is that of the message, whole. */
export const curlRead = (address: string): string => `curl -fsS ${word(address)}`

/** One argument of a command holds 128 kB on Linux (MAX_ARG_STRLEN), its end and what is quoted in it included. */
const longestArgument = 96 * 1024

/** Produces the same message again by Spillway's own API, to the byte; run twice, it sends once. */
export const curlProduce = (
  address: string,
  { partition, key, value, headers }: Record,
  idempotencyKey: string,
): string => {
  const side = (bytes: Bytes) => (bytes === null ? { as: 'null' } : { as: 'base64', text: base64Of(bytes) })
  const body = {
    partition,
    key: side(key),
    value: side(value),
    headers: headers.map(({ name, value: bytes }) => ({ name, ...side(bytes) })),
    timestampMs: null,
    idempotencyKey,
  }
  const text = JSON.stringify(body)
  const post = `curl -fsS -X POST -H 'content-type: application/json'`
  const quoted = word(text)
  if (quoted.length <= longestArgument) return `${post} --data-raw ${quoted} ${word(address)}`
  // JSON on one line begins with a brace, so that none of it ends the document.
  return `${post} --data-binary @- ${word(address)} <<'END_OF_MESSAGE'\n${text}\nEND_OF_MESSAGE`
}
