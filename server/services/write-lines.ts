import type { MessageRow } from '#server/contracts/messages.ts'
import { messageCsv } from '#server/domain/message-csv.ts'
import { messageJson } from '#server/domain/message-json.ts'
import type { Call } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { LineForm } from '#server/ports/scanner.ts'
import { type DecodeDeps, decodeMessages } from './decode-messages.ts'

/** As much text of one side as a line may carry; what is longer travels as its bytes. */
const wholeLimits = { maxTextChars: 16 * 1024 * 1024, maxRawBytes: 0, wantsReports: false } as const

/** A row that only tells where its message stands: its payload is in the line. */
const bare = (row: MessageRow): MessageRow => ({
  ...row,
  key: { ...row.key, text: null },
  value: { ...row.value, text: null },
})

/** Messages as lines that lose nothing, each with its line break, in their order, with rows that tell where they stand. */
export const writeLines = async (
  messages: readonly RawMessage[],
  form: LineForm,
  deps: DecodeDeps,
  call: Call,
): Promise<{
  readonly rows: readonly MessageRow[]
  readonly lines: readonly string[]
  readonly registryProblem: string | null
}> => {
  const { rows, registryProblem } = await decodeMessages(messages, deps, wholeLimits, call)
  const lines = messages.flatMap((message, index) => {
    const row = rows[index]
    if (!row) return []
    const whole = {
      ...message,
      key: { bytes: message.key, decoded: row.key },
      value: { bytes: message.value, decoded: row.value },
    }
    return [form === 'jsonl' ? `${messageJson(whole)}\n` : messageCsv(whole, form === 'csv-safe')]
  })
  return { rows: rows.map(bare), lines, registryProblem }
}
