import Link from 'next/link'
import type { MessageEdge, SpanView } from '#server/contracts/traces.ts'
import { routes } from '../../client/routes.ts'
import { Copyable } from '../../patterns/copyable.tsx'
import { KeyValue } from '../../patterns/key-value.tsx'
import { formatCount, formatNanoseconds } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'

const unquoted = (text: string): string => (/^".*"$/s.test(text) ? (JSON.parse(text) as string) : text)

/** The span looked at: its message, attributes, events and links. */
export const SpanDetails = ({
  span,
  edges,
  connection,
  traceId,
}: {
  readonly span: SpanView
  /** What it waited for in queues; a consumer of a batch waited for several. */
  readonly edges: readonly MessageEdge[]
  readonly connection: string
  readonly traceId: string
}) => {
  const { message } = span
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Section title="Span">
        <KeyValue
          rows={[
            ['Kind', span.kind],
            ['Started', <Time key="s" at={Number(BigInt(span.startNs) / 1_000_000n)} />],
            ['Took', formatNanoseconds(span.durationNs)],
            [
              'Status',
              span.status === 'error' ? (
                <span key="e" className="text-critical">
                  error{span.statusMessage ? `: ${span.statusMessage}` : ''}
                </span>
              ) : (
                span.status
              ),
            ],
            ...(span.serviceVersion === null ? [] : [['Version', span.serviceVersion] as const]),
            ...edges.map(
              (edge, index) =>
                [
                  index === 0 ? 'Waited' : '',
                  <span key={`w${index}`} className="text-queue">
                    {edge.estimated ? 'up to ' : ''}
                    {formatNanoseconds(edge.waitedNs)} in {edge.topic}
                    {edge.partition === null ? '' : ` p${edge.partition}`}
                    {edge.offset === null ? '' : ` @${formatCount(edge.offset)}`}
                  </span>,
                ] as const,
            ),
            ['Span id', <Copyable key="i" text={span.spanId} what="span id" />],
            ...(span.traceId === traceId
              ? []
              : [
                  [
                    'Own trace',
                    <Link
                      key="t"
                      href={routes.trace(connection, span.traceId)}
                      className="link font-mono text-small break-all"
                    >
                      {span.traceId}
                    </Link>,
                  ] as const,
                ]),
          ]}
        />
      </Section>
      {message ? (
        <Section title="Message">
          <KeyValue
            rows={[
              [
                'Topic',
                <Link
                  key="t"
                  href={routes.topic(connection, message.topic)}
                  className="link font-mono text-small"
                >
                  {message.topic}
                </Link>,
              ],
              ...(message.partition !== null && message.offset !== null
                ? [
                    [
                      'Position',
                      <Link
                        key="p"
                        href={routes.message(
                          connection,
                          message.topic,
                          `${message.partition}@${message.offset}`,
                        )}
                        className="link"
                      >
                        partition {message.partition}, offset {formatCount(message.offset)}
                      </Link>,
                    ] as const,
                  ]
                : []),
              ...(message.group === null
                ? []
                : [
                    [
                      'Group',
                      <Link
                        key="g"
                        href={routes.group(connection, message.group)}
                        className="link font-mono text-small"
                      >
                        {message.group}
                      </Link>,
                    ] as const,
                  ]),
            ]}
          />
        </Section>
      ) : null}
      {span.events.length > 0 ? (
        <Section title={`Events (${span.events.length})`} padded={false}>
          <ul className="divide-y divide-line">
            {span.events.map(({ name, atNs, attributes }, index) => (
              <li key={`${name} ${atNs} ${index}`} className="px-3 py-2">
                <div className={name === 'exception' ? 'font-strong text-critical' : 'font-strong'}>
                  {name}
                </div>
                {attributes.map((attribute) => (
                  <div key={attribute.name} className="mt-0.5">
                    <span className="text-small text-muted">{attribute.name}</span>
                    <pre
                      role="group"
                      tabIndex={0}
                      aria-label={attribute.name}
                      className="max-h-56 overflow-auto font-mono text-small break-all whitespace-pre-wrap"
                    >
                      {unquoted(attribute.text)}
                    </pre>
                  </div>
                ))}
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title={`Attributes (${span.attributes.length})`}>
        <KeyValue
          rows={span.attributes.map(({ name, text }) => [
            name,
            <span key={name} className="font-mono text-small break-all">
              {unquoted(text)}
            </span>,
          ])}
        />
      </Section>
      {span.links.length > 0 ? (
        <Section title={`Links (${span.links.length})`}>
          <ul>
            {span.links.slice(0, 50).map((link) => (
              <li key={`${link.traceId} ${link.spanId}`}>
                <Link
                  href={routes.trace(connection, link.traceId, { span: link.spanId })}
                  className="link font-mono text-small break-all"
                >
                  {link.traceId}
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </div>
  )
}
