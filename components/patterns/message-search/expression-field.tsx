'use client'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { SearchProblem } from '#server/contracts/message-search.ts'
import { Button } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { Input } from '../../ui/input.tsx'
import { useTyped } from '../use-typed.ts'
import { expressionOf, withExpression } from './expression-words.ts'
import { namesFor, typedName } from './field-names.ts'
import { useFieldNames } from './use-field-names.ts'

/**
 * The expression of a search, `value.amount > 5000 && headers.tenant == 'acme'`: names are completed as they are typed
 * (arrows choose, Enter or Tab takes, Esc closes), what is wrong is said with its character, and Enter searches by
 * writing the term `where:`.
 */
export const ExpressionField = ({
  connection,
  topics,
  search,
  onSearch,
}: {
  readonly connection: string
  readonly topics: readonly string[]
  readonly search: string
  readonly onSearch: (search: string) => void
}) => {
  const inForce = expressionOf(search)
  const [typed, setTyped] = useTyped(inForce)
  const [caret, setCaret] = useState<number | null>(null)
  const [chosen, setChosen] = useState(0)
  const [isAsked, setAsked] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const ids = useId()
  const names = useFieldNames(connection, topics, isAsked)
  const problem = useProblem(typed)
  const { from, typed: begun } = typedName(typed, caret ?? 0)
  const offered = caret === null ? [] : namesFor(begun, names)
  const place = Math.min(chosen, offered.length - 1)
  const close = (): void => setCaret(null)
  const take = (name: string): void => {
    const next = typed.slice(0, from) + name + typed.slice(from + begun.length)
    // The caret is set before the next key comes: a frame later it would jump back into what was typed meanwhile.
    flushSync(() => setTyped(next))
    field.current?.setSelectionRange(from + name.length, from + name.length)
    close()
  }
  const run = (): void => {
    close()
    if (problem === null || typed.trim() === '') onSearch(withExpression(search, typed))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const name = offered[place]
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (name !== undefined && move !== undefined) setChosen((place + move + offered.length) % offered.length)
    else if (name !== undefined && (event.key === 'Tab' || event.key === 'Enter')) take(name)
    else if (name !== undefined && event.key === 'Escape') close()
    else if (event.key === 'Enter') run()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="flex flex-col gap-1">
      <div className="relative flex items-center gap-2">
        <Input
          ref={field}
          role="combobox"
          aria-label="Expression"
          aria-autocomplete="list"
          aria-expanded={offered.length > 0}
          aria-controls={`${ids}-names`}
          aria-activedescendant={offered.length > 0 ? `${ids}-${place}` : undefined}
          aria-invalid={problem !== null}
          aria-describedby={`${ids}-problem`}
          placeholder="value.amount > 5000 && headers.tenant == 'acme'"
          value={typed}
          maxLength={900}
          spellCheck={false}
          autoComplete="off"
          onFocus={() => setAsked(true)}
          onBlur={close}
          onChange={(event) => {
            setTyped(event.target.value)
            setCaret(event.target.selectionStart)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
          className="w-[640px] max-w-full font-mono text-small [font-variant-ligatures:none]"
        />
        <Button onClick={run} disabled={problem !== null && typed.trim() !== ''}>
          Search by expression
        </Button>
        <div
          id={`${ids}-names`}
          role="listbox"
          aria-label="Names"
          className={classNames(
            'absolute top-8 left-0 z-20 max-h-64 w-[420px] max-w-full overflow-auto rounded-base border border-line bg-raised py-1 shadow-overlay',
            offered.length === 0 && 'hidden',
          )}
        >
          {offered.map((name, index) => (
            <div
              key={name}
              id={`${ids}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === place}
              // Before the field loses the focus, which closes the list.
              onMouseDown={(event) => {
                event.preventDefault()
                take(name)
              }}
              className={classNames(
                'truncate px-2 py-0.5 font-mono text-small',
                index === place ? 'bg-selected text-text' : 'text-muted',
              )}
            >
              {name}
            </div>
          ))}
        </div>
      </div>
      <p id={`${ids}-problem`} className="min-h-5 text-small text-muted">
        {problem !== null && typed.trim() !== '' ? (
          <span role="alert" className="text-critical">
            Character {problem.at + 1}: {problem.message}.{' '}
            <code className="font-mono">
              {typed.slice(Math.max(0, problem.at - 12), problem.at)}
              <mark className="bg-critical-bg text-critical underline">{typed[problem.at] ?? '▯'}</mark>
              {typed.slice(problem.at + 1, problem.at + 13)}
            </code>
          </span>
        ) : (
          'Compares what was decoded: numbers exact to their last digit; a field that is missing fits nothing. Names complete as you type.'
        )}
      </p>
    </div>
  )
}

/** What is wrong with an expression. The language is loaded when the first one is typed. */
const useProblem = (source: string): SearchProblem | null => {
  const [problem, setProblem] = useState<SearchProblem | null>(null)
  useEffect(() => {
    if (source.trim() === '') return setProblem(null)
    let isCurrent = true
    void import('#server/contracts/message-expression.ts').then(({ readExpression }) => {
      const read = readExpression(source)
      if (isCurrent) setProblem(read.ok ? null : read.problem)
    })
    return () => {
      isCurrent = false
    }
  }, [source])
  return problem
}
