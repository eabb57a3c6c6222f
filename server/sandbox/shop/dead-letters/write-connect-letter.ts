import type { Failure, ServiceKit } from '../service-kit.ts'
import { connectHeaders } from './frameworks.ts'

export type ConnectFailure = {
  readonly connector: { readonly name: string; readonly converter: string }
  readonly errorClass: string
  readonly message: string
  /** As Java prints it. */
  readonly stack: string
}

/** Gives up on a message as a sink of Kafka Connect does whose converter failed: a copy in connect-dlq. */
export const writeConnectLetter = (
  kit: ServiceKit,
  { topic, partition, message, error, group }: Failure,
  failure: ConnectFailure,
): Promise<void> => {
  const offset = BigInt(message.offset)
  const { connector, errorClass, stack } = failure
  return kit.deadLetters.write(
    'connect-dlq',
    { topic, partition, offset },
    ({ headers, timestamp }) =>
      connectHeaders(
        headers,
        {
          ...{ topic, partition, offset, timestamp, group, errorClass, stack },
          message: failure.message,
          causeClass: errorClass,
          causeMessage: error.message,
        },
        connector,
      ),
    { keepTimestamp: true, keepPartition: false },
  )
}
