'use client'
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import type { MessageCheck } from '#server/contracts/produce.ts'
import { Section } from '../../patterns/section.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import type { HeaderForm } from './draft-form.ts'
import { headerForms } from './header-forms.ts'

/** Headers of a message to produce, in the order in which they are sent; names may be there twice. */
export const HeadersEditor = ({
  headers,
  isEdited,
  problems,
  onChange,
}: {
  readonly headers: readonly HeaderForm[]
  readonly isEdited: boolean
  readonly problems: MessageCheck['headers']
  readonly onChange: (headers: readonly HeaderForm[]) => void
}) => {
  const set = (index: number, more: Partial<HeaderForm>) =>
    onChange(headers.map((one, place) => (place === index ? { ...one, ...more } : one)))
  const move = (index: number, by: 1 | -1) => {
    const next = [...headers]
    const [one] = next.splice(index, 1)
    if (one) next.splice(index + by, 0, one)
    onChange(next)
  }
  const add = () =>
    onChange([
      ...headers,
      { key: Math.max(-1, ...headers.map(({ key }) => key)) + 1, name: '', as: 'text', text: '' },
    ])
  return (
    <Section
      title={`Headers (${headers.length})`}
      aside={
        <>
          {isEdited ? <span className="text-warning">edited</span> : null}
          <Button size="small" onClick={add}>
            <Plus aria-hidden size={13} /> Add a header
          </Button>
        </>
      }
    >
      {headers.length === 0 ? (
        <p className="text-muted">No headers. They are sent in this order, duplicates included.</p>
      ) : (
        <ol className="flex flex-col gap-1.5">
          {headers.map(({ key, name, as, text }, index) => {
            const problem = problems.find((one) => one.index === index)?.message
            const place = `Header ${index + 1}`
            return (
              <li key={key} className="flex flex-wrap items-center gap-1.5">
                <Input
                  aria-label={`${place}: name`}
                  placeholder="name"
                  className="w-56 font-mono text-small"
                  value={name}
                  onChange={(event) => set(index, { name: event.target.value })}
                />
                <Select
                  aria-label={`${place}: form`}
                  value={as}
                  onChange={(event) => set(index, { as: event.target.value as HeaderForm['as'] })}
                >
                  {Object.entries(headerForms).map(([value, title]) => (
                    <option key={value} value={value}>
                      {title}
                    </option>
                  ))}
                </Select>
                <Input
                  aria-label={`${place}: value`}
                  aria-invalid={problem !== undefined}
                  placeholder={as === 'null' ? 'null' : 'value'}
                  disabled={as === 'null'}
                  className="min-w-32 flex-1 font-mono text-small aria-invalid:border-critical"
                  value={as === 'null' ? '' : text}
                  onChange={(event) => set(index, { text: event.target.value })}
                />
                <Button
                  kind="bare"
                  size="small"
                  title={`${place}: up`}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                >
                  <ArrowUp aria-hidden size={13} />
                  <span className="sr-only">{place}: up</span>
                </Button>
                <Button
                  kind="bare"
                  size="small"
                  title={`${place}: down`}
                  disabled={index === headers.length - 1}
                  onClick={() => move(index, 1)}
                >
                  <ArrowDown aria-hidden size={13} />
                  <span className="sr-only">{place}: down</span>
                </Button>
                <Button
                  kind="bare"
                  size="small"
                  title={`${place}: remove`}
                  onClick={() => onChange(headers.filter((_, other) => other !== index))}
                >
                  <X aria-hidden size={13} />
                  <span className="sr-only">{place}: remove</span>
                </Button>
                {problem === undefined ? null : <p className="w-full text-critical">{problem}</p>}
              </li>
            )
          })}
        </ol>
      )}
    </Section>
  )
}
