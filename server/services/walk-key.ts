import type { KeyLook } from '#server/contracts/key-story.ts'
import type { Direction } from '#server/contracts/near-message.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { type Budget, type Call, nearBudget } from '#server/ports/call.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

export type KeyWalk = { readonly found: readonly RawMessage[]; readonly look: KeyLook }

type Wanted = {
  readonly topic: TopicName
  readonly partition: number
  readonly key: Uint8Array
  /** Not looked at itself. */
  readonly from: bigint
  readonly direction: Direction
  readonly bounds: { readonly start: bigint; readonly end: bigint }
  /** Messages after which it stops. */
  readonly most: number
}

/** So long may one direction take after its first message, and that one as long. */
const walkMs = 6_000

/** Messages of one key in one partition, one after the other in one direction, within one budget for all of them. */
export const walkKey = async (
  deps: Deps,
  connection: Connection,
  { most, from, key, ...place }: Wanted,
  call: Call,
): Promise<Result<KeyWalk, Fault>> => {
  let startedAt: number | null = null
  const found: RawMessage[] = []
  let [messages, bytes, at] = [0n, 0n, from]
  const end = (stop: KeyLook['stop'], goOnFrom: bigint | null, problem: string | null = null) =>
    succeed({
      found,
      look: {
        messages: messages.toString(),
        bytes: bytes.toString(),
        stop,
        goOnFrom: goOnFrom?.toString() ?? null,
        problem,
      },
    })
  while (found.length < most) {
    const budget: Budget = {
      messages: Math.max(1, nearBudget.messages - Number(messages)),
      bytes: Math.max(1, nearBudget.bytes - Number(bytes)),
      milliseconds: walkMs - (startedAt === null ? 0 : performance.now() - startedAt),
    }
    if (budget.milliseconds <= 0) return end('budget', at)
    const walked = await deps.scanner.walk(
      { ...place, connection: connection.id, from: at, key: new Uint8Array(key), budget },
      call,
    )
    // Not before: the first may have waited for a thread to start, which finds nothing.
    startedAt ??= performance.now()
    if (!walked.ok)
      return found.length > 0 ? end('error', at, walked.error.detail) : fail(faultOf(walked.error))
    messages += walked.value.scannedMessages
    bytes += walked.value.scannedBytes
    const [failed] = walked.value.errors
    if (failed) return end('error', walked.value.goOnFrom ?? at, failed.error.detail)
    if (!walked.value.found) return end(walked.value.stop, walked.value.goOnFrom)
    found.push(walked.value.found)
    at = walked.value.found.offset
  }
  return end('enough', at)
}
