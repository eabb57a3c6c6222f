'use client'
import { type ReactNode, useState } from 'react'
import { Button } from '../ui/button.tsx'

const shownAtFirst = 60_000

type Token = { readonly text: string; readonly kind: 'name' | 'string' | 'number' | 'word' | 'other' }

const tokenPattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g

/** Cuts JSON text into coloured pieces. The text itself stays as it is: nothing is parsed, no number is touched. */
export const tokensOf = (line: string): Token[] => {
  const tokens: Token[] = []
  let at = 0
  for (const match of line.matchAll(tokenPattern)) {
    if (match.index > at) tokens.push({ text: line.slice(at, match.index), kind: 'other' })
    const [whole, string, colon, number] = match
    if (string !== undefined) {
      tokens.push({ text: string, kind: colon === undefined ? 'string' : 'name' })
      if (colon !== undefined) tokens.push({ text: colon, kind: 'other' })
    } else tokens.push({ text: whole, kind: number === undefined ? 'word' : 'number' })
    at = match.index + whole.length
  }
  if (at < line.length) tokens.push({ text: line.slice(at), kind: 'other' })
  return tokens
}

const colours: Readonly<Record<Token['kind'], string>> = {
  name: 'text-text',
  string: 'text-consumer',
  number: 'text-accent',
  word: 'text-producer',
  other: 'text-muted',
}

/** Text of a payload in monospace; JSON in colours. Of very long text the first part is drawn, the rest when asked for. */
export const CodeView = ({
  text,
  isJson,
  label,
}: {
  readonly text: string
  readonly isJson: boolean
  readonly label: string
}) => {
  const [whole, setWhole] = useState(false)
  const shown = whole ? text : text.slice(0, shownAtFirst)
  let offset = 0
  const content: ReactNode = isJson
    ? shown.split('\n').map((line) => {
        const key = offset
        offset += line.length + 1
        return (
          <span key={key} className="block">
            {tokensOf(line).map(({ text: piece, kind }, index) => (
              <span key={index} className={colours[kind]}>
                {piece}
              </span>
            ))}
          </span>
        )
      })
    : shown
  return (
    <div>
      <pre
        role="group"
        aria-label={label}
        tabIndex={0}
        className="max-h-[60vh] overflow-auto p-3 font-mono text-small whitespace-pre-wrap break-all"
      >
        {content}
      </pre>
      {shown.length < text.length ? (
        <div className="px-3 pb-3">
          <Button onClick={() => setWhole(true)}>
            Show all {text.length.toLocaleString('en-GB')} characters
          </Button>
        </div>
      ) : null}
    </div>
  )
}
