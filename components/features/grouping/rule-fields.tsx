'use client'
import { useId, useState } from 'react'
import { findChoice, messageUses } from '#server/contracts/choices.ts'
import type { GroupingRule } from '#server/contracts/failure-grouping.ts'
import { Button } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { messageUseTitles } from './rule-words.ts'

const parts = [
  ['byClass', 'Class of the root cause'],
  ['byFrame', 'First frame of the application'],
  ['byOriginTopic', 'Origin topic'],
  ['byGroup', 'Consumer group'],
] as const

/** The fields of one rule. */
export const RuleFields = ({
  rule,
  number,
  onChange,
  onRemove,
  onRaise,
}: {
  readonly rule: GroupingRule
  readonly number: number
  readonly onChange: (rule: GroupingRule) => void
  readonly onRemove: () => void
  readonly onRaise: (() => void) | null
}) => {
  const id = useId()
  return (
    <fieldset className="rounded-base border border-line p-3">
      <legend className="px-1 text-small text-muted">Rule {number}</legend>
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={`${id}-topics`}>Dead-letter topics</label>
        <Input
          id={`${id}-topics`}
          maxLength={249}
          value={rule.topics}
          onChange={({ target }) => onChange({ ...rule, topics: target.value })}
          className="w-64 font-mono"
        />
        <span className="text-small text-muted">* stands for anything</span>
        <span className="ml-auto flex gap-1">
          {onRaise === null ? null : (
            <Button size="small" kind="bare" onClick={onRaise}>
              Move up
            </Button>
          )}
          <Button size="small" kind="bare" onClick={onRemove}>
            Remove
          </Button>
        </span>
      </div>
      <div
        role="group"
        aria-label="What tells failures apart"
        className="mt-2 flex flex-wrap gap-x-5 gap-y-1"
      >
        {parts.map(([name, title]) => (
          <label key={name} className="flex items-center gap-1.5">
            <input
              type="checkbox"
              checked={rule[name]}
              onChange={({ target }) => onChange({ ...rule, [name]: target.checked })}
              className="size-3.5 accent-accent"
            />
            {title}
          </label>
        ))}
        <label className="flex items-center gap-1.5">
          Message
          <Select
            value={rule.byMessage}
            onChange={({ target }) =>
              onChange({ ...rule, byMessage: findChoice(messageUses, target.value) ?? rule.byMessage })
            }
          >
            {messageUses.map((one) => (
              <option key={one} value={one}>
                {messageUseTitles[one]}
              </option>
            ))}
          </Select>
        </label>
      </div>
      <div className="mt-2 grid grid-cols-2 gap-3 max-[900px]:grid-cols-1">
        <Lines
          title="Parts of messages that vary, one a line"
          placeholder={'order-*\ncustomer *'}
          lines={rule.masks}
          onChange={(masks) => onChange({ ...rule, masks })}
        />
        <Lines
          title="Frames that are not the application’s own, by their beginning"
          placeholder={'com.shop.platform.\n/app/src/lib/'}
          lines={rule.ignoredFrames}
          onChange={(ignoredFrames) => onChange({ ...rule, ignoredFrames })}
        />
      </div>
    </fieldset>
  )
}

const Lines = ({
  title,
  placeholder,
  lines,
  onChange,
}: {
  readonly title: string
  readonly placeholder: string
  readonly lines: string[]
  readonly onChange: (lines: string[]) => void
}) => {
  // What is typed stays as it is: an empty line is the beginning of the next.
  const [text, setText] = useState(lines.join('\n'))
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-small text-muted">{title}</span>
      <textarea
        rows={3}
        placeholder={placeholder}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          onChange(
            target.value
              .split('\n')
              .map((line) => line.trim())
              .filter((line) => line !== ''),
          )
        }}
        className="block w-full resize-y rounded-base border border-line-strong bg-panel p-2 font-mono text-small placeholder:text-faint"
      />
    </label>
  )
}
