import { changedNoun, type LiveFrame } from '#server/contracts/live.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { listenForChanges } from '#server/repositories/listen.ts'
import type { ChangedNoun } from '#server/repositories/notify.ts'
import type { Deps } from './deps.ts'
import type { Fault } from './fault.ts'

/**
 * Follows what changes for one connection, and for what belongs to none. A resumed stream begins with one frame for
 * every noun, because what changed in between is not known. Several changes of a noun while the browser is slow become
 * one frame. Throws while opening when the database can not be reached; ends when the database is lost or `signal` fires.
 */
export const watchChanges = async (
  deps: Deps,
  request: { readonly connection: string; readonly resumed: boolean; readonly signal: AbortSignal },
): Promise<Result<AsyncGenerator<LiveFrame, void, void>, Fault>> => {
  const waiting = new Set<ChangedNoun>(request.resumed ? changedNoun.options : [])
  let wake: () => void = () => {}
  let lost = false
  const stopListening = await listenForChanges(deps.db.url, {
    onChange: ({ noun, connection }) => {
      if (connection !== '' && connection !== request.connection) return
      waiting.add(noun)
      wake()
    },
    onLost: () => {
      lost = true
      wake()
    },
  })
  const leave = () => {
    wake()
    void stopListening()
  }
  if (request.signal.aborted) leave()
  request.signal.addEventListener('abort', leave, { once: true })
  const frames = async function* (): AsyncGenerator<LiveFrame, void, void> {
    try {
      while (!request.signal.aborted && !lost) {
        for (const changed of [...waiting]) {
          waiting.delete(changed)
          yield { type: 'data', changed, at: deps.clock.nowMs() }
        }
        if (waiting.size > 0 || request.signal.aborted || lost) continue
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      yield { type: 'done' }
    } finally {
      await stopListening()
    }
  }
  return succeed(frames())
}
