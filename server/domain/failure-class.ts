/**
 * Classes that only carry another error: what a framework puts around what was thrown. They never name a failure,
 * except where nothing else is known.
 */
const wrappers: ReadonlySet<string> = new Set([
  'ListenerExecutionFailedException',
  'BatchListenerFailedException',
  'TimestampedException',
  'MessagingException',
  'MessageHandlingException',
  'MessageDeliveryException',
  'KafkaBackoffException',
  'DeserializationException',
  'StreamsException',
  'RetriableException',
  'CompletionException',
  'ExecutionException',
  'InvocationTargetException',
  'UndeclaredThrowableException',
  'AggregateException',
  'TargetInvocationException',
])
/** Classes of these names are wrappers only in these packages. */
const wrapperPackages: Readonly<Record<string, RegExp>> = {
  DeserializationException: /^org\.springframework\./,
  MessagingException: /^org\.springframework\./,
  RetriableException: /^org\.apache\.kafka\./,
  StreamsException: /^org\.apache\.kafka\./,
}

/** Whether a class only wraps what failed. */
export const isWrapper = (className: string): boolean => {
  const name = className.slice(className.lastIndexOf('.') + 1)
  return wrappers.has(name) && (wrapperPackages[name]?.test(className) ?? true)
}

/** The first that is not a wrapper, of classes from the root cause outwards; undefined when all are. */
export const chooseFailureClass = (classes: readonly (string | undefined)[]): string | undefined =>
  classes.find((name) => name !== undefined && name !== '' && !isWrapper(name))
