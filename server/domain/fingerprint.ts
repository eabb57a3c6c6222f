/** A stack trace's two facts that identify a failure; absent where the trace does not have them. */
export type StackFacts = {
  /** Class of the innermost cause. */
  readonly rootCause?: string
  /** First frame of the root cause that is not a framework's, without line and column. */
  readonly applicationFrame?: string
}

/** Frames of runtimes and messaging frameworks, by the start of what follows `at `. */
const javaFrameworks =
  /^(java|javax|jdk|sun|jakarta|kotlin|kotlinx|scala|org\.springframework|org\.apache|org\.hibernate|org\.jboss|io\.smallrye|io\.quarkus|io\.vertx|io\.netty|io\.confluent|io\.opentelemetry|io\.micrometer|com\.fasterxml|com\.google|com\.sun|com\.zaxxer|reactor)\./
const nodeFrameworks = /(^|[ (])node:|[\\/]node_modules[\\/]|^(new )?Promise\b|<anonymous>/

const javaHeadline = /^(?:Caused by: |Exception in thread "[^"]*" )?((?:[a-z_]\w*\.)+[A-Z][\w$]*)(?::|$)/
const nodeHeadline = /^(?:\[cause\]: )?(?:Uncaught )?((?:[A-Z]\w*)?(?:Error|Exception))(?: \[\w+\])?(?::|$)/

/** Drops what a build changes without changing the failure: lines, columns, module versions, hidden classes. */
const withoutPosition = (frame: string): string =>
  frame
    .replace(/^(?:[\w.@-]+\/+)+(?=[\w.]+\()/, '')
    .replace(/file:\/\/(?=\/)/, '')
    .replace(/:\d+(?::\d+)?(?=\)?$)/, '')
    .replace(/(\$\$Lambda)[^.(]*/, '$1')

/** Whether a frame (what follows `at `) belongs to a runtime or a messaging framework. */
export const isFrameworkFrame = (frame: string): boolean =>
  javaFrameworks.test(withoutPosition(frame)) || nodeFrameworks.test(frame)

/**
 * Reads the root cause and its first application frame from a stack trace as Java (`Throwable.printStackTrace`)
 * and Node (`Error.stack`, with `[cause]` sections as `util.inspect` writes them) print it.
 * Where the root cause has framework frames only, the nearest outer section with an application frame gives it.
 * Never throws; text that is no stack trace gives no facts.
 */
export const readStack = (stack: string): StackFacts => {
  let rootCause: string | undefined
  let applicationFrame: string | undefined
  let sectionHasFrame = false
  for (const raw of stack.split('\n')) {
    const line = raw.trim()
    if (line.startsWith('Suppressed: ')) break
    if (line.startsWith('at ')) {
      const frame = line.slice(3)
      if (sectionHasFrame || isFrameworkFrame(frame)) continue
      applicationFrame = withoutPosition(frame)
      sectionHasFrame = true
      continue
    }
    const opensSection =
      rootCause === undefined || line.startsWith('Caused by: ') || line.startsWith('[cause]: ')
    const headline = opensSection ? (javaHeadline.exec(line) ?? nodeHeadline.exec(line)) : null
    if (headline?.[1] === undefined) continue
    rootCause = headline[1]
    sectionHasFrame = false
  }
  return {
    ...(rootCause === undefined ? {} : { rootCause }),
    ...(applicationFrame === undefined ? {} : { applicationFrame }),
  }
}

/** Replaces what varies between two messages of one failure (UUIDs, hex ids, quoted text, numbers) with `*`. */
export const normaliseMessage = (message: string): string =>
  message
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '*')
    .replace(/"[^"]*"|'[^']*'/g, '*')
    .replace(/\b(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '*')
    .replace(/\d+(?:[.,:]\d+)*/g, '*')

export type Failure = {
  readonly errorClass?: string
  readonly message?: string
  readonly stack?: string
  readonly originTopic?: string
  readonly group?: string
}

/**
 * The parts that make two dead letters one failure group: root cause class, first application frame, origin topic
 * and consumer group; the normalised message only where there is no frame. Compare or hash the parts in this order.
 */
export const fingerprintParts = (failure: Failure): readonly string[] => {
  const { rootCause, applicationFrame } = readStack(failure.stack ?? '')
  return [
    rootCause ?? failure.errorClass ?? '',
    applicationFrame ?? '',
    failure.originTopic ?? '',
    failure.group ?? '',
    applicationFrame === undefined ? normaliseMessage(failure.message ?? '') : '',
  ]
}

/** A frame for people: of a file only its last name, as `PaymentClient.charge (payment-client.ts)`. */
export const shortFrame = (frame: string): string =>
  frame.replace(/(?<=\(|^)[^()\s]*[\\/](?=[^\\/()]+\)?$)/, '')
