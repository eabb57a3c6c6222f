'use client'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import type { MessageCheck, SideCheck } from '#server/contracts/produce.ts'
import { routes } from '../../client/routes.ts'
import { hexLines } from '../../patterns/hex-lines.ts'
import { KeyValue } from '../../patterns/key-value.tsx'
import { formatBytes, formatCount, sayMany } from '../../patterns/quantity.ts'
import type { DraftForm } from './draft-form.ts'
import { isBlankSide, problemsOf } from './side-problems.ts'

const sizeWords = (side: SideCheck): string =>
  side.problems.length > 0 ? 'not there yet' : side.sizeBytes === null ? 'null' : formatBytes(side.sizeBytes)

/** What goes where, and who reads it. */
export const WhatIsSent = ({
  connection,
  connectionName,
  topic,
  check,
  headers,
  time,
}: {
  readonly connection: string
  readonly connectionName: string
  readonly topic: string
  readonly check: MessageCheck
  readonly headers: number
  readonly time: string
}) => (
  <>
    <KeyValue
      rows={[
        ['To', `${topic} on ${connectionName}`],
        [
          'Partition',
          check.partition.number === null
            ? check.partition.why
            : `${check.partition.number}, ${check.partition.why}`,
        ],
        ['Key', sizeWords(check.key)],
        ['Value', sizeWords(check.value)],
        ['Headers', formatCount(headers)],
        ['Timestamp', time],
        [
          'Size',
          check.sizeBytes === null
            ? '–'
            : `${sayMany(check.sizeBytes, 'byte')}${check.mostBytes === null ? '' : ` of at most ${formatCount(check.mostBytes)}`}`,
        ],
        [
          'Read by',
          check.readers === null ? (
            'not known: Spillway’s database does not answer'
          ) : check.readers.length === 0 ? (
            'no consumer group that is known'
          ) : (
            <span key="readers" className="flex flex-wrap gap-x-2">
              {check.readers.map((group) => (
                <Link key={group} href={routes.group(connection, group)} className="link">
                  {group}
                </Link>
              ))}
            </span>
          ),
        ],
      ]}
    />
    {check.notes.map((note) => (
      <p key={note} className="mt-2 flex gap-2 text-warning">
        <TriangleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
        <span>{note}</span>
      </p>
    ))}
  </>
)

const sides = ['key', 'value'] as const

/** Why it can not be sent, or that it can. What is only not typed yet is no fault. */
export const Verdict = ({ check, form }: { readonly check: MessageCheck; readonly form: DraftForm }) => {
  const inFields = check.headers.length + sides.flatMap((name) => problemsOf(form[name], check[name])).length
  const blank = sides.filter(
    (name) => check[name].problems.length > 0 && isBlankSide(form[name], check[name]),
  )
  const lines = [
    ...(check.refusal === null ? [] : [check.refusal]),
    ...check.problems,
    ...(inFields === 0 ? [] : [`${sayMany(inFields, 'field')} can not be encoded, see there.`]),
  ]
  if (lines.length === 0 && blank.length > 0)
    return <p className="text-muted">Type the {blank.join(' and the ')}, then it is checked here.</p>
  return lines.length === 0 ? (
    <p className="flex gap-2 text-ok">
      <CircleCheck aria-hidden size={14} className="mt-0.5 shrink-0" />
      <span>It fits and can be sent.</span>
    </p>
  ) : (
    <ul className="flex flex-col gap-1">
      {lines.map((line) => (
        <li key={line} className="flex gap-2 text-critical">
          <CircleX aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span>{line}</span>
        </li>
      ))}
    </ul>
  )
}

/** The first bytes of a side as they will be written. */
export const BytesPreview = ({ label, side }: { readonly label: string; readonly side: SideCheck }) =>
  side.preview === null ? null : (
    <details>
      <summary className="link w-max cursor-pointer text-small">Bytes of the {label}</summary>
      <pre
        tabIndex={0}
        role="group"
        aria-label={`Bytes of the ${label}`}
        className="mt-1 max-h-48 overflow-auto rounded-base border border-line p-2 font-mono text-small whitespace-pre"
      >
        {hexLines(side.preview)}
      </pre>
    </details>
  )
