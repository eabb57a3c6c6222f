import { inOrderOf, keepFirst } from '#server/domain/message-order.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanEnd, ScanRequest } from '#server/ports/scan.ts'

export type CollectedScan = ScanEnd & {
  /** The first `limit` in the order of the scan, among all that was read. */
  readonly messages: readonly RawMessage[]
}

/** A whole scan as one answer, for who can not show it step by step. */
export const collectScan = async (
  reader: MessageReader,
  request: ScanRequest,
  call: Call,
): Answer<CollectedScan> => {
  const compare = inOrderOf(request.order)
  const messages: RawMessage[] = []
  const steps = reader.scan(request, call)
  for (;;) {
    const step = await steps.next()
    if (!step.done) {
      keepFirst(messages, step.value.found, compare, request.limit)
      continue
    }
    return step.value.ok ? succeed({ ...step.value.value, messages }) : fail(step.value.error)
  }
}
