'use client'
import { useId } from 'react'
import type { SideCheck } from '#server/contracts/produce.ts'
import { formatBytes } from '../../patterns/quantity.ts'
import { Section } from '../../patterns/section.tsx'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import type { SideForm } from './draft-form.ts'
import { isBlankSide, problemsOf } from './side-problems.ts'

const forms: Readonly<Record<SideForm['as'], string>> = {
  original: 'The original’s bytes',
  text: 'Text (UTF-8)',
  json: 'JSON',
  schema: 'By a schema (Avro, Protobuf, JSON Schema)',
  base64: 'Bytes as base64',
  hex: 'Bytes as hex',
  null: 'Null',
}
const types = { AVRO: 'Avro', PROTOBUF: 'Protobuf', JSON: 'JSON Schema' } as const

/** Key or value of a message to produce: its form, its schema, its text, and what is wrong with it, at the field. */
export const SideEditor = ({
  name,
  form,
  hasOriginal,
  isEdited,
  isSchemaFixed = false,
  check,
  onChange,
  onEditOriginal,
}: {
  readonly name: 'key' | 'value'
  readonly form: SideForm
  /** It is made from another message. */
  readonly hasOriginal: boolean
  readonly isEdited: boolean
  /** It is encoded by the schema of the original and no other. */
  readonly isSchemaFixed?: boolean
  /** Null until it was checked. */
  readonly check: SideCheck | null
  readonly onChange: (form: SideForm) => void
  readonly onEditOriginal: () => void
}) => {
  const id = useId()
  const title = name === 'key' ? 'Key' : 'Value'
  const set = (more: Partial<SideForm>) => onChange({ ...form, ...more })
  const isBlank = isBlankSide(form, check)
  const problems = problemsOf(form, check)
  const offered = (Object.keys(forms) as SideForm['as'][]).filter((as) => as !== 'original' || hasOriginal)
  const messages = check?.schema?.messages ?? []
  return (
    <Section
      title={title}
      aside={
        <>
          {isEdited ? <span className="text-warning">edited</span> : null}
          {check?.sizeBytes === null || check?.sizeBytes === undefined ? null : (
            <span>{formatBytes(check.sizeBytes)}</span>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <label htmlFor={`${id}-as`} className="min-w-14 text-muted">
            {title} is
          </label>
          <Select
            id={`${id}-as`}
            value={form.as}
            onChange={(event) => set({ as: event.target.value as SideForm['as'] })}
          >
            {offered.map((as) => (
              <option key={as} value={as}>
                {as === 'null' && name === 'value' ? 'Null (tombstone)' : forms[as]}
              </option>
            ))}
          </Select>
          {form.as === 'original' ? (
            <>
              <span className="text-muted">sent byte for byte as it was</span>
              <Button size="small" onClick={onEditOriginal}>
                Edit the {name}
              </Button>
            </>
          ) : null}
        </div>
        {form.as === 'schema' && isSchemaFixed ? (
          <p className="text-small text-muted">
            Encoded by schema {form.schemaId}
            {check?.schema ? ` (${types[check.schema.type]})` : ''}, as the original was.
          </p>
        ) : form.as === 'schema' ? (
          <div className="flex flex-wrap items-center gap-2">
            <label htmlFor={`${id}-subject`} className="text-muted">
              Subject
            </label>
            <Input
              id={`${id}-subject`}
              className="w-64 font-mono"
              value={form.subject}
              disabled={form.schemaId !== ''}
              onChange={(event) => set({ subject: event.target.value })}
            />
            <label htmlFor={`${id}-version`} className="text-muted">
              Version
            </label>
            <Input
              id={`${id}-version`}
              className="w-20"
              inputMode="numeric"
              placeholder="latest"
              value={form.version}
              disabled={form.schemaId !== ''}
              onChange={(event) => set({ version: event.target.value.replaceAll(/\D/g, '') })}
            />
            <label htmlFor={`${id}-id`} className="text-muted">
              or schema id
            </label>
            <Input
              id={`${id}-id`}
              className="w-20"
              inputMode="numeric"
              value={form.schemaId}
              onChange={(event) => set({ schemaId: event.target.value.replaceAll(/\D/g, '').slice(0, 9) })}
            />
            {messages.length > 1 ? (
              <>
                <label htmlFor={`${id}-message`} className="text-muted">
                  Message
                </label>
                <Select
                  id={`${id}-message`}
                  value={form.message || messages[0]}
                  onChange={(event) => set({ message: event.target.value })}
                >
                  {messages.map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
                </Select>
              </>
            ) : null}
            {check?.schema ? (
              <span className="text-small text-muted">
                {types[check.schema.type]} schema {check.schema.id}
                {check.schema.version === null ? '' : ` · version ${check.schema.version}`}
              </span>
            ) : null}
          </div>
        ) : null}
        {form.as === 'null' ? (
          <p className="text-muted">
            {name === 'key'
              ? 'There is no key: the message goes to any partition and compaction can not replace it.'
              : 'There is no value: a tombstone. What it does on this topic stands beside.'}
          </p>
        ) : form.as === 'original' ? null : (
          <textarea
            aria-label={title}
            aria-invalid={problems.length > 0}
            aria-describedby={problems.length > 0 ? `${id}-problems` : undefined}
            spellCheck={false}
            rows={name === 'key' ? 2 : 12}
            value={form.text}
            onChange={(event) => set({ text: event.target.value })}
            className="w-full resize-y rounded-base border border-line-strong bg-panel p-2 font-mono text-small text-text placeholder:text-faint aria-invalid:border-critical"
          />
        )}
        {isBlank && problems.length === 0 ? (
          <p className="text-small text-muted">
            Nothing is typed yet. For an empty {name} choose text, for none at all null.
          </p>
        ) : null}
        {problems.length > 0 ? (
          <ul id={`${id}-problems`} className="flex flex-col gap-0.5 text-critical" aria-live="polite">
            {problems.map(({ path, message }, index) => (
              <li key={index}>
                {path === '' ? title : <code className="font-mono text-small">{path}</code>}
                {path === '' && /^(is|has|must) /.test(message) ? ' ' : ': '}
                {message}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </Section>
  )
}
