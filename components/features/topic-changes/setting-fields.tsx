'use client'
import { X } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { Field } from './field.tsx'

export type SettingOption = {
  readonly name: string
  readonly explanation: string | null
  readonly choices: readonly string[]
  /** What is in force, with its unit; null where there is no topic yet. */
  readonly now: string | null
  /** The topic has a value of its own, which may be taken away. */
  readonly isOwn: boolean
}
/** Values by setting; null takes the topic's own value away. */
export type SettingValues = Readonly<Record<string, string | null>>

/** Settings that are to be set, each with what it does, and a choice of more. */
export const SettingFields = ({
  options,
  values,
  onChange,
  problemOf,
}: {
  readonly options: readonly SettingOption[]
  readonly values: SettingValues
  readonly onChange: (values: SettingValues) => void
  readonly problemOf: (name: string) => string | null
}) => {
  const chosen = Object.keys(values).map(
    (name) =>
      options.find((one) => one.name === name) ?? {
        name,
        explanation: null,
        choices: [],
        now: null,
        isOwn: false,
      },
  )
  const without = (name: string): SettingValues =>
    Object.fromEntries(Object.entries(values).filter(([one]) => one !== name))
  return (
    <div className="flex flex-col gap-3">
      {chosen.map(({ name, explanation, choices, now, isOwn }) => {
        const value = values[name] ?? null
        return (
          <Field
            key={name}
            label={name}
            problem={problemOf(name)}
            hint={`${explanation ?? ''}${now === null ? '' : ` In force: ${now}.`}`}
          >
            {(attributes) => (
              <span className="flex flex-wrap items-center gap-2">
                {choices.length > 0 ? (
                  <Select
                    {...attributes}
                    disabled={value === null}
                    value={value ?? ''}
                    onChange={(event) => onChange({ ...values, [name]: event.target.value })}
                  >
                    {value !== null && !choices.includes(value) ? (
                      <option value={value}>{value || 'choose…'}</option>
                    ) : null}
                    {choices.map((choice) => (
                      <option key={choice} value={choice}>
                        {choice}
                      </option>
                    ))}
                  </Select>
                ) : (
                  <Input
                    {...attributes}
                    disabled={value === null}
                    value={value ?? ''}
                    onChange={(event) => onChange({ ...values, [name]: event.target.value })}
                    className="w-64 font-mono text-small"
                  />
                )}
                {isOwn ? (
                  <label className="flex items-center gap-1.5 text-muted">
                    <input
                      type="checkbox"
                      checked={value === null}
                      onChange={(event) => onChange({ ...values, [name]: event.target.checked ? null : '' })}
                      className="size-3.5 accent-accent"
                    />
                    back to the default
                  </label>
                ) : null}
                <Button
                  kind="bare"
                  size="small"
                  aria-label={`Leave ${name} as it is`}
                  title="Leave it as it is"
                  onClick={() => onChange(without(name))}
                >
                  <X aria-hidden size={14} />
                </Button>
              </span>
            )}
          </Field>
        )
      })}
      <Select
        aria-label="Add a setting"
        value=""
        className="w-72"
        onChange={(event) => {
          if (event.target.value !== '') onChange({ ...values, [event.target.value]: '' })
        }}
      >
        <option value="">Add a setting…</option>
        {options
          .filter(({ name }) => !(name in values))
          .map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
      </Select>
    </div>
  )
}
