/**
 * How one language prints its stack traces, and which frames are not the application's own. Rules are data, so that a
 * team may add its own frameworks one day.
 */
export type StackLanguage = {
  readonly name: 'java' | 'dotnet' | 'node' | 'python' | 'go' | 'ruby' | 'php'
  /** A text is of the language when a line of it is like this (first match in the table's order). */
  readonly sign: RegExp
  /** Lines that name an exception: its `class`, its `message`, the `file` that threw it. */
  readonly headlines: readonly RegExp[]
  /** Only these lines name another exception once one was found: those that begin a cause. */
  readonly cause: RegExp
  /** Whether a headline stands below the frames of its exception. */
  readonly afterFrames?: true
  /** A frame's line: what it runs in group `what`, where in group `file`, both in one in group `alone`. */
  readonly frame: RegExp
  /**
   * How a frame's line is to be understood: `self` names what runs and where; `after name` names where, and the line
   * before it what runs (Go); `call` names from where something was called, so that what runs there is in the next
   * frame (PHP).
   */
  readonly shape: 'self' | 'after name' | 'call'
  /** Whether exceptions are printed from the outermost to the root cause, or the other way; and so their frames. */
  readonly classes: 'outermost first' | 'root first'
  readonly frames: 'outermost first' | 'root first'
  /** Where in one exception's frames the one stands that threw it. */
  readonly thrownAt: 'first' | 'last'
  /** Frames of runtimes, frameworks and libraries: tested on `what (file)`. */
  readonly frameworks: RegExp
  /** What a build or a machine changes without changing the failure; applied to `what (file)` in this order. */
  readonly cleanings: readonly (readonly [RegExp, string])[]
  /** Lines to be left out with those that are indented at least as far: exceptions beside the chain of causes. */
  readonly aside?: RegExp
  /** A line after which what was read before does not belong to the cause. */
  readonly breaks?: RegExp
}

const javaPackages = [
  'java|javax|jdk|sun|com\\.sun|jakarta|kotlin|kotlinx|scala|groovy|clojure',
  'org\\.springframework|org\\.apache|org\\.hibernate|org\\.jboss|org\\.eclipse|org\\.codehaus|org\\.aspectj|org\\.slf4j',
  'io\\.smallrye|io\\.quarkus|io\\.vertx|io\\.netty|io\\.confluent|io\\.opentelemetry|io\\.micrometer|io\\.micronaut',
  'io\\.projectreactor|reactor|io\\.reactivex|rx|io\\.grpc|io\\.github\\.resilience4j|feign|okhttp3|retrofit2',
  'com\\.fasterxml|com\\.google|com\\.zaxxer|com\\.mysql|com\\.mongodb|com\\.amazonaws|software\\.amazon|org\\.postgresql',
  'ch\\.qos\\.logback|net\\.bytebuddy|akka|org\\.axonframework|tools\\.jackson',
].join('|')

/** First match wins: Java before Node and .NET, whose frames begin with `at ` as well. */
export const stackLanguages: readonly StackLanguage[] = [
  {
    // Throwable.printStackTrace
    name: 'java',
    sign: /^\s*at [\w$.@/<>~-]+\((?:[\w$-]+\.[a-z]+(?::\d+)?|Native Method|Unknown Source|<\w+>)\)/,
    headlines: [
      /^\s*(?:Caused by: |Exception in thread "[^"]*" )?(?<class>(?:[a-z_]\w*\.)+[A-Z][\w$]*)(?::(?: (?<message>.*))?)?$/,
      /^\s*Caused by: (?<class>[A-Z][\w$]*)(?::(?: (?<message>.*))?)?$/,
    ],
    cause: /^\s*Caused by: /,
    // No name has a bracket in it: ` at [Source: (byte[])…` belongs to a message of Jackson's.
    frame: /^\s*at (?<what>[^([]+)\((?<file>[^):]*)(?::\d+)?\)/,
    shape: 'self',
    classes: 'outermost first',
    frames: 'outermost first',
    thrownAt: 'first',
    frameworks: new RegExp(
      `^(?:${javaPackages})\\.|\\$\\$(?:SpringCGLIB|EnhancerBy|FastClass)|_(?:ClientProxy|Subclass)\\.`,
    ),
    cleanings: [
      // Class loaders and modules with their versions: `app//`, `java.base@21/`.
      [/^(?:[\w.@-]*\/+)+(?=[\w.$]+\.)/, ''],
      [/(\$\$Lambda)[^.( ]*/, '$1'],
      [/ (?=\()/, ''],
    ],
    aside: /^\s*Suppressed: /,
  },
  {
    // Error.stack of V8, with `[cause]` sections as util.inspect writes them
    name: 'node',
    sign: /^\s*at .*(?::\d+:\d+\)?|\(<anonymous>\)|\((?:native|node:[^)]*)\))$/,
    headlines: [
      /^\s*(?:\[cause\]: )?(?:Uncaught )?(?<class>(?:[A-Z]\w*)?(?:Error|Exception))(?: \[\w+\])?(?::(?: (?<message>.*))?)?$/,
      /^\s*\[cause\]: (?<class>[A-Z]\w*)(?: \[\w+\])?(?::(?: (?<message>.*))?)?$/,
    ],
    cause: /^\s*\[cause\]: /,
    frame: /^\s*at (?:(?<what>[^(]*?) \((?<file>.*?)\)|(?:async )?(?<alone>\S+?))(?: \{)?$/,
    shape: 'self',
    classes: 'outermost first',
    frames: 'outermost first',
    thrownAt: 'first',
    frameworks: /(^|[ (])node:|[\\/]node_modules[\\/]|^(?:async )?(?:new )?Promise\b|<anonymous>|\(native\)/,
    cleanings: [
      [/file:\/\/(?=\/)/, ''],
      [/:\d+(?::\d+)?(?=\)?$)/, ''],
    ],
  },
  {
    // Exception.ToString(): ` ---> ` opens an inner exception, whose frames come before those of the outer one
    name: 'dotnet',
    sign: /^\s*at [\w.<>`+|[\],]+\(.*\)(?: in .+:line \d+)?$/,
    headlines: [
      /^\s*(?:---> (?:\(Inner Exception #\d+\) )?)?(?:Unhandled exception\. )?(?<class>(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:`\d+(?:\[.*?\])?)?)(?: \(0x[0-9A-F]+\))?(?::(?: (?<message>.*))?)?$/,
    ],
    cause: /^\s*---> /,
    frame: /^\s*at (?<what>[\w.<>`+|[\],]+\(.*?\))(?: in (?<file>.+):line \d+)?$/,
    shape: 'self',
    classes: 'outermost first',
    frames: 'root first',
    thrownAt: 'first',
    frameworks:
      /^(?:System|Microsoft|MassTransit|NServiceBus|Wolverine|JasperFx|Rebus|Confluent|KafkaFlow|Newtonsoft|Npgsql|Dapper|Polly|Grpc|MediatR|Castle|lambda_method|Autofac|Serilog)\b/,
    cleanings: [
      // The file's folder is that of the machine which built it.
      [/ \(.*\)$/, ''],
      [/<(\w+)>d__\d+(?:`\d+)?\.MoveNext\(\)/, '$1()'],
      [/\.?<>c(?:__DisplayClass[\w]*)?\.<(\w+)>b__[\w]+\(/, '.$1('],
      [/`\d+(?:\[.*?\])?/g, ''],
    ],
  },
  {
    // traceback.format_exc(): innermost frame last, the root cause's traceback first
    name: 'python',
    sign: /^\s*File "[^"]*", line \d+/,
    headlines: [/^(?<class>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::(?: (?<message>.*))?)?$/],
    cause: /^[A-Za-z_]/,
    afterFrames: true,
    frame: /^\s*File "(?<file>[^"]*)", line \d+(?:, in (?<what>.+))?$/,
    shape: 'self',
    classes: 'root first',
    frames: 'root first',
    thrownAt: 'last',
    frameworks:
      /[\\/](?:site|dist)-packages[\\/]|[\\/]lib[\\/]python\d|<(?:frozen|string|stdin|__array_function__)/,
    cleanings: [],
    // What was raised while another was handled is a failure of its own, unlike `raise … from …`.
    breaks: /^During handling of the above exception, another exception occurred:$/,
  },
  {
    // runtime/debug.Stack(), panics, and github.com/pkg/errors with %+v: a function's line, then its file's
    name: 'go',
    sign: /^\t\S+\.go:\d+/,
    headlines: [
      /^panic: (?<class>runtime error)(?:: (?<message>.*))?$/,
      /^panic: \(?\*?(?<class>(?:[\w.-]+\/)*[\w-]+\.\w+)(?=[\s({":)]|$)(?<message>.*)$/,
    ],
    cause: /^panic: /,
    frame: /^\s+(?<file>\S+\.go):\d+(?: \+0x[0-9a-f]+)?$/,
    shape: 'after name',
    classes: 'outermost first',
    frames: 'root first',
    thrownAt: 'first',
    frameworks:
      /^(?:panic\(|created by |(?:runtime|testing|reflect|sync|net|io|os|context|encoding|errors|fmt|bufio|bytes|strings)(?:\/[\w/]+)?\.)|\/pkg\/mod\/|\/vendor\/|\/go\/src\/|^(?:github\.com\/(?:ThreeDotsLabs|segmentio|IBM|Shopify|confluentinc|twmb|pkg\/errors)|google\.golang\.org|golang\.org)\//,
    cleanings: [
      [/ \(.*\)$/, ''],
      [/\((?:\.\.\.|0x[^()]*|\{[^()]*|[^()*]*)\)$/, ''],
      [/\[\.\.\.\]/, ''],
    ],
  },
  {
    // Exception#full_message, and a backtrace below `Class: message`
    name: 'ruby',
    sign: /^\s*(?:from )?\S+\.(?:rb|ru|rake):\d+:in [`']/,
    headlines: [
      /^\S+:\d+:in [`'].+?': (?<message>.*) \((?<class>[A-Z]\w*(?:::[A-Z]\w*)*)\)$/,
      /^(?<class>[A-Z]\w*(?:::[A-Z]\w*)*)(?::(?: (?<message>.*))?)?$/,
    ],
    cause: /^\S+\.(?:rb|ru|rake):\d+:in [`'].+': .*\([A-Z][\w:]*\)$/,
    frame: /^\s*(?:from )?(?<file>\S+\.(?:rb|ru|rake)|<internal:[^>]+>):\d+:in [`'](?<what>.+?)'(?::|$)/,
    shape: 'self',
    classes: 'outermost first',
    frames: 'outermost first',
    thrownAt: 'first',
    frameworks: /[\\/](?:gems|bundler)[\\/]|[\\/]lib[\\/]ruby[\\/]|<internal:/,
    cleanings: [[/^(?:block (?:\(\d+ levels\) )?in |rescue in |ensure in )+/, '']],
  },
  {
    // Throwable::__toString(): the root cause first, then `Next …`; getTraceAsString() has the numbered lines alone
    name: 'php',
    sign: /^#\d+ (?:.+\(\d+\)|\[internal function\]): /,
    headlines: [
      /^(?:PHP )?(?:Fatal error: +)?(?:Uncaught |Next )?(?<class>[A-Z_]\w*(?:\\\w+)*)(?:: (?<message>.*?))? in (?<file>\S+\.php)(?::\d+|\(\d+\))$/,
      /^(?:PHP )?(?:Fatal error: +)?(?:Uncaught |Next )?(?<class>[A-Z_]\w*(?:\\\w+)*)(?:: (?<message>.*))?$/,
    ],
    cause: /^Next /,
    frame: /^#\d+ (?:(?<file>.+?)\(\d+\)|\[internal function\]): (?<what>.+)$/,
    shape: 'call',
    classes: 'root first',
    frames: 'root first',
    thrownAt: 'first',
    frameworks:
      /\((?:.*[\\/]vendor[\\/].*|phar:.*)\)$|^(?:Illuminate|Laravel|Symfony|Junges|RdKafka|Doctrine|GuzzleHttp|Monolog|Enqueue|PDO|Closure)\b|^array_|^call_user_func/,
    cleanings: [
      [/\(.*\)(?= \()/, ''],
      [/\{closure(?::[^}]*)?\}/, '{closure}'],
    ],
  },
]
