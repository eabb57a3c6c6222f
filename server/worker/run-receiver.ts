import { type OtlpReceiverOptions, startOtlpReceiver } from './otlp/start-otlp-receiver.ts'
import { pause } from './pause.ts'

/** Between two tries to get a port that another process holds, in milliseconds. */
const retryMs = 5_000

/**
 * Receives spans until the signal aborts. Of several workers on one machine one has the port; the others wait for it
 * and take it when it becomes free.
 */
export const runReceiver = async (options: OtlpReceiverOptions, signal: AbortSignal): Promise<void> => {
  let announced = false
  while (!signal.aborted) {
    try {
      const receiver = await startOtlpReceiver(options)
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await receiver.close()
      return
    } catch (error) {
      if (!announced)
        options.logger.warn(
          { err: error, port: options.port, retryMs },
          'spans are not received by this worker',
        )
      announced = true
      await pause(retryMs, signal)
    }
  }
}
