import { type AvroNode, type AvroRecord, sayAvro, shortName } from './read-avro.ts'

/** Whether a reader's schema reads what a writer's schema wrote: all of it, only some (and what fails), or none. */
export type AvroReadability =
  | { readonly reads: 'all' }
  | { readonly reads: 'some' | 'none'; readonly fails: string }

const all: AvroReadability = { reads: 'all' }
const none = (fails: string): AvroReadability => ({ reads: 'none', fails })
const some = (fails: string): AvroReadability => ({ reads: 'some', fails })

/** What a writer's primitive may be promoted to (Avro specification 1.12, "Schema Resolution"). */
const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

type Named = { readonly name: string; readonly aliases: readonly string[] }
const namesFit = (writer: Named, reader: Named): boolean =>
  shortName(writer.name) === shortName(reader.name) || reader.aliases.includes(writer.name)

/** Schema resolution as a question: does `reader` read everything that was written with `writer`. */
export const canReadAvro = (
  writer: AvroNode,
  reader: AvroNode,
  asked: ReadonlySet<string> = new Set(),
): AvroReadability => {
  if (writer.kind === 'union') return everyBranch(writer.branches, reader, asked)
  if (reader.kind === 'union') {
    const answers = reader.branches.map((branch) => canReadAvro(writer, branch, asked))
    return (
      answers.find(({ reads }) => reads === 'all') ??
      answers.find(({ reads }) => reads === 'some') ??
      none(`values of ${sayAvro(writer)}`)
    )
  }
  if (writer.kind === 'primitive' && reader.kind === 'primitive')
    return writer.name === reader.name || promotions[writer.name]?.includes(reader.name)
      ? all
      : none(`values of ${sayAvro(writer)}`)
  if (writer.kind === 'array' && reader.kind === 'array')
    return canReadAvro(writer.items, reader.items, asked)
  if (writer.kind === 'map' && reader.kind === 'map') return canReadAvro(writer.values, reader.values, asked)
  if (writer.kind === 'fixed' && reader.kind === 'fixed')
    return writer.size === reader.size && namesFit(writer, reader) ? all : none(sayAvro(writer))
  if (writer.kind === 'enum' && reader.kind === 'enum') {
    if (!namesFit(writer, reader)) return none(sayAvro(writer))
    const unknown = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol))
    return unknown.length === 0 || reader.fallback !== null ? all : some(`the symbol ${unknown.join(', ')}`)
  }
  if (writer.kind === 'record' && reader.kind === 'record') return recordReads(writer, reader, asked)
  return none(`values of ${sayAvro(writer)}`)
}

const everyBranch = (
  branches: readonly AvroNode[],
  reader: AvroNode,
  asked: ReadonlySet<string>,
): AvroReadability => {
  const failing = branches.filter((branch) => canReadAvro(branch, reader, asked).reads !== 'all')
  if (failing.length === 0) return all
  const fails = `values of ${failing.map(sayAvro).join(' and ')}`
  return failing.length === branches.length ? none(fails) : some(fails)
}

const recordReads = (writer: AvroRecord, reader: AvroRecord, asked: ReadonlySet<string>): AvroReadability => {
  const pair = `${writer.name}→${reader.name}`
  if (asked.has(pair)) return all
  if (!namesFit(writer, reader)) return none(sayAvro(writer))
  const inside = new Set([...asked, pair])
  for (const field of reader.fields) {
    const written = writer.fields.find(({ name }) => name === field.name || field.aliases.includes(name))
    if (!written) {
      if (field.fallback === null) return none(`the field ${field.name}, which is missing and has no default`)
      continue
    }
    const answer = canReadAvro(written.type, field.type, inside)
    if (answer.reads !== 'all') return { ...answer, fails: `${answer.fails} in ${field.name}` }
  }
  return all
}
