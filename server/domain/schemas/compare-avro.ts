import { canReadAvro } from './can-read-avro.ts'
import { type AvroField, type AvroNode, type AvroRecord, readAvro, sayAvro, shortName } from './read-avro.ts'
import { below, breaks, changeOf, type EffectOf, fine, risk, type SchemaChange } from './schema-change.ts'

type Texts = { readonly text: string; readonly references: readonly { readonly text: string }[] }
type Seen = Set<string>

/**
 * What differs between two versions of an Avro schema and for whom it breaks, by the rules of schema resolution (Avro
 * specification 1.12, "Schema Resolution"). Throws when one of them is no Avro schema; the message says why.
 */
export const compareAvro = (before: Texts, after: Texts): SchemaChange[] =>
  compareNodes(
    readAvro(before.text, before.references),
    readAvro(after.text, after.references),
    '',
    new Set(),
  )

const compareNodes = (before: AvroNode, after: AvroNode, path: string, seen: Seen): SchemaChange[] => {
  if (before.kind === 'union' || after.kind === 'union') return compareUnions(before, after, path, seen)
  if (before.kind === 'array' && after.kind === 'array')
    return compareNodes(before.items, after.items, `${path}[]`, seen)
  if (before.kind === 'map' && after.kind === 'map')
    return compareNodes(before.values, after.values, `${path}{}`, seen)
  if (before.kind === 'record' && after.kind === 'record') {
    const pair = `${before.name}→${after.name}`
    if (seen.has(pair)) return []
    seen.add(pair)
    return [...compareNames(before, after, path), ...compareFields(before, after, path, seen)]
  }
  if (before.kind === 'enum' && after.kind === 'enum')
    return [...compareNames(before, after, path), ...compareSymbols(before, after, path)]
  if (before.kind === 'fixed' && after.kind === 'fixed' && before.size === after.size)
    return [...compareNames(before, after, path), ...compareLogical(before, after, path)]
  if (before.kind === 'primitive' && after.kind === 'primitive' && before.name === after.name)
    return compareLogical(before, after, path)
  return [typeChange(before, after, path)]
}

const readable = (writer: AvroNode, reader: AvroNode, who: string): EffectOf => {
  const answer = canReadAvro(writer, reader)
  if (answer.reads === 'all') return fine(`${who} read it: ${sayAvro(writer)} is read as ${sayAvro(reader)}.`)
  return answer.reads === 'some'
    ? breaks(`${who} fail on ${answer.fails}.`)
    : breaks(`${who} fail: ${sayAvro(writer)} can not be read as ${sayAvro(reader)}.`)
}

const typeChange = (before: AvroNode, after: AvroNode, path: string): SchemaChange => {
  const backward = readable(before, after, 'New readers of old data')
  const forward = readable(after, before, 'Old readers of new data')
  const kind =
    backward[0] === 'fine' && forward[0] !== 'fine'
      ? 'type widened'
      : forward[0] === 'fine' && backward[0] !== 'fine'
        ? 'type narrowed'
        : 'type changed'
  const sentence = `${path || 'The schema'} was ${sayAvro(before)} and is now ${sayAvro(after)}.`
  return changeOf(path, kind, sentence, backward, forward)
}

type Union = Extract<AvroNode, { kind: 'union' }>
const keyOf = (node: AvroNode): string =>
  node.kind === 'record' || node.kind === 'enum' || node.kind === 'fixed'
    ? shortName(node.name)
    : node.kind === 'primitive'
      ? node.name
      : node.kind

const compareUnions = (before: AvroNode, after: AvroNode, path: string, seen: Seen): SchemaChange[] => {
  const old = new Map(branchesOf(before).map((branch) => [keyOf(branch), branch]))
  const fresh = new Map(branchesOf(after).map((branch) => [keyOf(branch), branch]))
  const isSame = old.size === fresh.size && [...old.keys()].every((key) => fresh.has(key))
  const inner = [...old].flatMap(([key, branch]) => {
    const match = fresh.get(key)
    return match ? compareNodes(branch, match, path, seen) : []
  })
  return isSame ? inner : [typeChange(before, after, path), ...inner]
}
const branchesOf = (node: AvroNode): Union['branches'] => (node.kind === 'union' ? node.branches : [node])

const compareNames = (
  before: { readonly name: string; readonly aliases: readonly string[] },
  after: { readonly name: string; readonly aliases: readonly string[] },
  path: string,
): SchemaChange[] => {
  if (before.name === after.name) return []
  const isShort = shortName(before.name) === shortName(after.name)
  const effect = (reader: typeof before, writer: typeof before, who: string): EffectOf => {
    if (reader.aliases.includes(writer.name)) return fine(`${who} know it by its alias.`)
    return isShort
      ? risk(`${who} match by the name without its namespace; some libraries compare the whole name.`)
      : breaks(`${who} look for ${shortName(reader.name)} and find ${shortName(writer.name)}.`)
  }
  return [
    changeOf(
      path,
      'name changed',
      `${before.name} is now called ${after.name}.`,
      effect(after, before, 'New readers of old data'),
      effect(before, after, 'Old readers of new data'),
    ),
  ]
}

type Enumeration = Extract<AvroNode, { kind: 'enum' }>
const compareSymbols = (before: Enumeration, after: Enumeration, path: string): SchemaChange[] => {
  const where = path || shortName(after.name)
  const unknownTo = (reader: Enumeration, symbol: string, who: string): EffectOf =>
    reader.fallback === null
      ? breaks(`${who} fail on ${symbol}: it is not among their symbols, and the enum has no default.`)
      : fine(`${who} read ${symbol} as the default ${reader.fallback}.`)
  const removed = before.symbols.filter((symbol) => !after.symbols.includes(symbol))
  const added = after.symbols.filter((symbol) => !before.symbols.includes(symbol))
  return [
    ...removed.map((symbol) =>
      changeOf(
        path,
        'symbol removed',
        `${where} no longer has the symbol ${symbol}.`,
        unknownTo(after, symbol, 'New readers of old data'),
        fine('Old readers of new data know every symbol.'),
      ),
    ),
    ...added.map((symbol) =>
      changeOf(
        path,
        'symbol added',
        `${where} has the new symbol ${symbol}.`,
        fine('New readers of old data know every symbol.'),
        unknownTo(before, symbol, 'Old readers of new data'),
      ),
    ),
  ]
}

const compareLogical = (
  before: { readonly logical: string | null },
  after: { readonly logical: string | null },
  path: string,
): SchemaChange[] => {
  if (before.logical === after.logical) return []
  const [was, is] = [before.logical ?? 'plain', after.logical ?? 'plain']
  const wrong = (who: string, as: string, written: string) =>
    before.logical === null || after.logical === null
      ? risk(`${who} read the same bytes as ${as}, written as ${written}.`)
      : breaks(`${who} read the bytes as ${as}, but they were written as ${written}: the values are wrong.`)
  return [
    changeOf(
      path,
      'meaning changed',
      `${path || 'The schema'} was ${was} and is now ${is}.`,
      wrong('New readers of old data', is, was),
      wrong('Old readers of new data', was, is),
    ),
  ]
}

const compareFields = (before: AvroRecord, after: AvroRecord, path: string, seen: Seen): SchemaChange[] => {
  const pairs = pairFields(before, after)
  const removed = before.fields.filter((field) => !pairs.some(([old]) => old === field))
  const added = after.fields.filter((field) => !pairs.some(([, fresh]) => fresh === field))
  return [
    ...removed.map((field) => fieldRemoved(field, below(path, field.name))),
    ...added.map((field) => fieldAdded(field, below(path, field.name))),
    ...pairs.flatMap(([old, fresh]) => comparePair(old, fresh, path, seen)),
    ...compareOrder(pairs, before, after, path),
  ]
}

type Pair = readonly [before: AvroField, after: AvroField]

/** Fields of one name, then those that a reader's alias brings together. */
const pairFields = (before: AvroRecord, after: AvroRecord): Pair[] => {
  const byName = before.fields.flatMap((old): Pair[] => {
    const fresh = after.fields.find(({ name }) => name === old.name)
    return fresh ? [[old, fresh]] : []
  })
  const left = before.fields.filter((old) => !byName.some(([one]) => one === old))
  const byAlias = left.flatMap((old): Pair[] => {
    const fresh = after.fields.find(
      (one) =>
        !byName.some(([, taken]) => taken === one) &&
        (one.aliases.includes(old.name) || old.aliases.includes(one.name)),
    )
    return fresh ? [[old, fresh]] : []
  })
  return [...byName, ...byAlias]
}

const comparePair = (old: AvroField, fresh: AvroField, path: string, seen: Seen): SchemaChange[] => {
  const where = below(path, fresh.name)
  const inner = compareNodes(old.type, fresh.type, where, seen)
  return [
    ...(old.name === fresh.name ? [] : [renamed(old, fresh, path)]),
    ...inner,
    ...compareDefaults(old, fresh, where),
  ]
}

const renamed = (old: AvroField, fresh: AvroField, path: string): SchemaChange => {
  const effect = (reader: AvroField, writer: AvroField, who: string): EffectOf => {
    if (reader.aliases.includes(writer.name)) return fine(`${who} know it by the alias ${writer.name}.`)
    return reader.fallback === null
      ? breaks(`${who} do not find ${reader.name} and have no default for it.`)
      : risk(`${who} do not find ${reader.name} and take its default ${reader.fallback}: the value is lost.`)
  }
  return changeOf(
    below(path, fresh.name),
    'field renamed',
    `${old.name} is now called ${fresh.name}.`,
    effect(fresh, old, 'New readers of old data'),
    effect(old, fresh, 'Old readers of new data'),
  )
}

const fieldAdded = (field: AvroField, path: string): SchemaChange =>
  changeOf(
    path,
    'field added',
    field.fallback === null
      ? `${path} (${sayAvro(field.type)}) is new and has no default.`
      : `${path} (${sayAvro(field.type)}) is new, with the default ${field.fallback}.`,
    field.fallback === null
      ? breaks('New readers of old data fail: the field is missing there and has no default.')
      : fine(`New readers of old data take the default ${field.fallback}.`),
    fine('Old readers of new data skip it.'),
  )

const fieldRemoved = (field: AvroField, path: string): SchemaChange =>
  changeOf(
    path,
    'field removed',
    `${path} (${sayAvro(field.type)}) is gone.`,
    fine('New readers of old data skip it.'),
    field.fallback === null
      ? breaks('Old readers of new data fail: they need the field and have no default for it.')
      : fine(`Old readers of new data take their default ${field.fallback}.`),
  )

const compareDefaults = (old: AvroField, fresh: AvroField, path: string): SchemaChange[] => {
  if (old.fallback === fresh.fallback) return []
  const nothing = fine('Both versions have the field: no default is needed between them.')
  if (old.fallback === null)
    return [
      changeOf(path, 'default added', `${path} now has the default ${fresh.fallback}.`, nothing, nothing),
    ]
  return [
    fresh.fallback === null
      ? changeOf(
          path,
          'default removed',
          `${path} no longer has its default ${old.fallback}.`,
          fine('Data of this version has the field; data of versions without it can not be read any more.'),
          nothing,
        )
      : changeOf(
          path,
          'default changed',
          `The default of ${path} was ${old.fallback} and is now ${fresh.fallback}.`,
          nothing,
          nothing,
        ),
  ]
}

const compareOrder = (
  pairs: readonly Pair[],
  before: AvroRecord,
  after: AvroRecord,
  path: string,
): SchemaChange[] => {
  const kept = pairs.filter(([old, fresh]) => old.name === fresh.name).map(([old]) => old.name)
  const orderIn = ({ fields }: AvroRecord) =>
    fields.map(({ name }) => name).filter((name) => kept.includes(name))
  const [old, fresh] = [orderIn(before), orderIn(after)]
  if (old.join() === fresh.join()) return []
  const words = (who: string) =>
    fine(`${who} find fields by name. A reader that decodes without the writer’s schema reads wrong bytes.`)
  return [
    changeOf(
      path,
      'field moved',
      `The fields stand in another order: ${fresh.join(', ')}; before ${old.join(', ')}.`,
      words('New readers of old data'),
      words('Old readers of new data'),
    ),
  ]
}
