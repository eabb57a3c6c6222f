'use client'
import { Lock, Plus, RotateCcw, TriangleAlert, X } from 'lucide-react'
import type { LetterEditCheck, LetterEditForm } from '#server/contracts/letter-edits.ts'
import { sayMany } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { type EditForm, type EditHeaderForm, isKept } from './edit-form.ts'
import { headerForms } from './header-forms.ts'

/** Headers of a letter that is edited: those that are locked stand as they are, and say why. */
export const EditHeaders = ({
  headers,
  start,
  rules,
  problems,
  onChange,
}: {
  readonly headers: readonly EditHeaderForm[]
  readonly start: EditForm
  readonly rules: LetterEditForm['headerRules']
  readonly problems: LetterEditCheck['headers']
  readonly onChange: (headers: readonly EditHeaderForm[]) => void
}) => {
  const set = (index: number, more: Partial<EditHeaderForm>) =>
    onChange(headers.map((one, place) => (place === index ? { ...one, ...more } : one)))
  const ruleOf = ({ from }: EditHeaderForm) => (from === null ? undefined : rules[from])
  const leftOut = headers.filter((header) => ruleOf(header)?.rule === 'left-out')
  const removed = start.headers.filter(({ from }) => !headers.some((one) => one.from === from))
  const putBack = (header: EditHeaderForm): void => {
    const at = headers.findIndex(({ from }) => from === null || from > (header.from ?? 0))
    onChange(at < 0 ? [...headers, header] : headers.toSpliced(at, 0, header))
  }
  const add = (): void =>
    onChange([
      ...headers,
      {
        key: Math.max(-1, ...headers.map(({ key }) => key)) + 1_000,
        from: null,
        name: '',
        as: 'text',
        text: '',
      },
    ])
  return (
    <Section
      title={`Headers (${headers.length - leftOut.length})`}
      aside={
        <Button size="small" onClick={add}>
          <Plus aria-hidden size={13} /> Add a header
        </Button>
      }
    >
      <ol className="flex flex-col gap-1.5">
        {headers.map((header, index) => {
          const told = ruleOf(header)
          if (told?.rule === 'left-out') return null
          const problem = problems.find((one) => one.index === index)?.message
          const isFixed = told?.rule === 'locked' || told?.rule === 'new-id'
          return (
            <li key={header.key} className="flex flex-wrap items-center gap-1.5">
              {isFixed ? (
                <FixedHeader header={header} isNewId={told.rule === 'new-id'} why={told.why} />
              ) : (
                <HeaderFields
                  header={header}
                  place={`Header ${index + 1}`}
                  isWrong={problem !== undefined}
                  isEdited={!isKept(header, start)}
                  warning={told?.rule === 'warned' ? told.why : null}
                  onChange={(more) => set(index, more)}
                  onRemove={() => onChange(headers.filter((_, other) => other !== index))}
                />
              )}
              {told?.rule === 'warned' && !isKept(header, start) ? (
                <p className="flex w-full items-center gap-1 text-small text-warning">
                  <TriangleAlert aria-hidden size={12} /> Take care: {told.why}.
                </p>
              ) : null}
              {problem === undefined ? null : <p className="w-full text-critical">{problem}</p>}
            </li>
          )
        })}
        {removed.map((header) => (
          <li key={`removed ${header.key}`} className="flex items-center gap-1.5 text-muted">
            <s className="font-mono text-small">{header.name}</s> removed
            <Button size="small" kind="bare" onClick={() => putBack(header)}>
              <RotateCcw aria-hidden size={12} /> Put back {header.name}
            </Button>
          </li>
        ))}
      </ol>
      {leftOut.length === 0 ? null : (
        <details className="mt-2">
          <summary className="link w-max cursor-pointer text-small">
            Left out of every copy: {sayMany(leftOut.length, 'failure or lineage header')}
          </summary>
          <p className="mt-1 font-mono text-small break-all text-muted">
            {leftOut.map(({ name }) => name).join(', ')}
          </p>
        </details>
      )}
    </Section>
  )
}

const FixedHeader = ({
  header,
  isNewId,
  why,
}: {
  readonly header: EditHeaderForm
  readonly isNewId: boolean
  readonly why: string
}) => (
  <>
    <span className="flex w-56 min-w-0 items-center gap-1.5 font-mono text-small">
      <Lock aria-hidden size={12} className="shrink-0 text-muted" />
      <span className="truncate" title={header.name}>
        {header.name}
      </span>
    </span>
    <span className="min-w-32 flex-1 truncate font-mono text-small text-muted" title={header.text}>
      {header.as === 'null' ? 'null' : header.text}
    </span>
    <span className="w-1/2 text-small text-muted">
      {isNewId ? 'Gets a new id' : 'Locked'}: {why}.
    </span>
  </>
)

const HeaderFields = ({
  header: { name, as, text },
  place,
  isWrong,
  isEdited,
  warning,
  onChange,
  onRemove,
}: {
  readonly header: EditHeaderForm
  readonly place: string
  readonly isWrong: boolean
  readonly isEdited: boolean
  /** What a change of it does; null: nothing that is known. */
  readonly warning: string | null
  readonly onChange: (more: Partial<EditHeaderForm>) => void
  readonly onRemove: () => void
}) => (
  <>
    <Input
      aria-label={`${place}: name`}
      placeholder="name"
      className="w-56 font-mono text-small"
      value={name}
      onChange={(event) => onChange({ name: event.target.value })}
    />
    <Select
      aria-label={`${place}: form`}
      value={as}
      onChange={(event) => onChange({ as: event.target.value as EditHeaderForm['as'] })}
    >
      {Object.entries(headerForms).map(([value, title]) => (
        <option key={value} value={value}>
          {title}
        </option>
      ))}
    </Select>
    <Input
      aria-label={`${place}: value`}
      aria-invalid={isWrong}
      placeholder={as === 'null' ? 'null' : 'value'}
      disabled={as === 'null'}
      className="min-w-32 flex-1 font-mono text-small aria-invalid:border-critical"
      value={as === 'null' ? '' : text}
      onChange={(event) => onChange({ text: event.target.value })}
    />
    {warning !== null && !isEdited ? (
      <span title={`Take care: ${warning}`} className="text-warning">
        <TriangleAlert aria-hidden size={13} />
        <span className="sr-only">Take care: {warning}.</span>
      </span>
    ) : null}
    {isEdited ? <span className="text-small text-warning">edited</span> : null}
    <Button kind="bare" size="small" title={`${place}: remove`} onClick={onRemove}>
      <X aria-hidden size={13} />
      <span className="sr-only">{place}: remove</span>
    </Button>
  </>
)
