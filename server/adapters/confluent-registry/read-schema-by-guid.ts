import { fail, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { GuidSchema } from '#server/ports/schema-registry.ts'
import type { GuidBody } from './registry-bodies.ts'
import type { Answer } from './registry-errors.ts'
import { typeOfSchema } from './schema-type.ts'

type Asks = {
  readonly get: (path: string) => Promise<Answer<GuidBody>>
  readonly references: (
    references: NonNullable<GuidBody['references']>,
    found: Map<string, string>,
  ) => Promise<Answer<null>>
}

const mostKept = 1_000
const missingLifetimeMs = 60_000

/**
 * `GET /schemas/guids/{guid}` of Confluent's newer registries. Others answer 404 without a code, 405 or 500: of this
 * optional call that means no more than that they do not know GUIDs, so nobody is asked again for a minute.
 */
export const makeGuidReader = ({ get, references }: Asks) => {
  const kept = new Map<string, GuidSchema>()
  const refused = new Map<string, { readonly error: BrokerError; readonly until: number }>()
  const pending = new Map<string, Promise<Answer<GuidSchema>>>()

  const read = async (guid: string): Promise<Answer<GuidSchema>> => {
    const body = await get(`/schemas/guids/${guid}`)
    if (!body.ok) {
      const { error } = body
      refused.set(guid, { error, until: performance.now() + missingLifetimeMs })
      const [oldest] = refused.keys()
      if (refused.size > mostKept && oldest !== undefined) refused.delete(oldest)
      return fail(error)
    }
    const found = new Map<string, string>()
    const resolved = await references(body.value.references ?? [], found)
    if (!resolved.ok) return resolved
    const schema: GuidSchema = {
      id: body.value.id ?? null,
      guid,
      type: typeOfSchema(body.value.schemaType),
      text: body.value.schema,
      references: [...found].map(([name, text]) => ({ name, text })),
      subject: null,
      version: null,
    }
    kept.set(guid, schema)
    const [oldest] = kept.keys()
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    return succeed(schema)
  }

  return (guid: string): Promise<Answer<GuidSchema>> => {
    const known = kept.get(guid)
    if (known) return Promise.resolve(succeed(known))
    const earlier = refused.get(guid)
    if (earlier && performance.now() < earlier.until) return Promise.resolve(fail(earlier.error))
    const running = pending.get(guid) ?? read(guid).finally(() => pending.delete(guid))
    pending.set(guid, running)
    return running
  }
}
