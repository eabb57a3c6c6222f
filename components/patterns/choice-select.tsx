import { Select } from '../ui/select.tsx'

type Choice<V> = readonly [value: V, title: string]

/** The choices with one more for a value that is none of them: an address may hold any. */
export const withChoice = <V extends string | number>(
  choices: readonly Choice<V>[],
  value: V,
  title: string,
): readonly Choice<V>[] =>
  choices.some(([known]) => known === value) ? choices : [...choices, [value, title]]

/** One of several values, by their titles. */
export const ChoiceSelect = <V extends string | number>({
  label,
  value,
  choices,
  onChange,
  className,
}: {
  readonly label: string
  readonly value: V
  readonly choices: readonly Choice<V>[]
  readonly onChange: (value: V) => void
  readonly className?: string
}) => (
  <Select
    aria-label={label}
    value={value}
    onChange={(event) => {
      const chosen = choices.find(([one]) => String(one) === event.target.value)
      if (chosen) onChange(chosen[0])
    }}
    {...(className === undefined ? {} : { className })}
  >
    {choices.map(([one, title]) => (
      <option key={one} value={one}>
        {title}
      </option>
    ))}
  </Select>
)
