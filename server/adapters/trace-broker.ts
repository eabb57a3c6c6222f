import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import { withSpan } from '#server/telemetry.ts'

const noteFailure = (span: Span, answer: unknown): void => {
  const { ok, error } = answer as { ok?: boolean; error?: { kind: string; detail: string } }
  if (ok !== false || !error) return
  span.setAttribute('error.type', error.kind)
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.detail })
}

const traceFacet = <T extends object>(facet: T, name: string, connection: string): T =>
  new Proxy(facet, {
    get: (target, key, receiver) => {
      const member: unknown = Reflect.get(target, key, receiver)
      if (typeof member !== 'function' || typeof key !== 'string') return member
      // These are read step by step by the one who asked, whose own span covers them.
      if (key === 'scan' || key === 'follow') return member.bind(target)
      return (...args: unknown[]) =>
        withSpan(
          `${name}.${key}`,
          { 'messaging.system': 'kafka', 'spillway.connection': connection },
          async (span) => {
            const answer: unknown = await member.apply(target, args)
            noteFailure(span, answer)
            return answer
          },
          { kind: SpanKind.CLIENT },
        )
    },
  })

/** Gives every call of an adapter's facets a span of Spillway's own trace, with its error kind. */
export const traceBroker = (adapter: BrokerAdapter, connection: string): BrokerAdapter => ({
  kind: adapter.kind,
  describe: (call) => adapter.describe(call),
  capabilities: (call) => adapter.capabilities(call),
  topics: traceFacet(adapter.topics, 'topics', connection),
  ...(adapter.topicAdmin ? { topicAdmin: traceFacet(adapter.topicAdmin, 'topic-admin', connection) } : {}),
  ...(adapter.messages ? { messages: traceFacet(adapter.messages, 'messages', connection) } : {}),
  ...(adapter.groups ? { groups: traceFacet(adapter.groups, 'groups', connection) } : {}),
  ...(adapter.publisher ? { publisher: traceFacet(adapter.publisher, 'publisher', connection) } : {}),
  ...(adapter.transactions
    ? { transactions: traceFacet(adapter.transactions, 'transactions', connection) }
    : {}),
  dispose: () => adapter.dispose(),
})
