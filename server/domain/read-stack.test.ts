import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { markApplicationLines, readStack } from './read-stack.ts'

// Traces in the shape in which each language prints them, typed by hand.
const java = `org.springframework.kafka.listener.ListenerExecutionFailedException: Listener method 'public void com.shop.payments.OrderListener.on(com.shop.Order)' threw exception
	at org.springframework.kafka.listener.adapter.MessagingMessageListenerAdapter.invokeHandler(MessagingMessageListenerAdapter.java:402)
	at java.base/java.lang.Thread.run(Thread.java:1583)
	Suppressed: org.springframework.kafka.listener.ListenerExecutionFailedException: Restored Stack Trace
		at org.springframework.kafka.listener.adapter.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:169)
		at com.shop.payments.Suppressed.of(Suppressed.java:9)
		Caused by: com.shop.payments.NotThisException: of the suppressed one
			at com.shop.payments.Suppressed.inner(Suppressed.java:3)
Caused by: com.shop.payments.PaymentFailed: order-7 not paid
	at com.shop.payments.PaymentService.pay(PaymentService.java:54)
	at com.shop.payments.PaymentService$$SpringCGLIB$$0.pay(<generated>)
	... 12 more
Caused by: com.shop.payments.CardDeclinedException: card refused: by bank-7
	at java.base/java.util.Optional.orElseThrow(Optional.java:403)
	at app//com.shop.payments.PaymentClient.lambda$charge$0(PaymentClient.java:88)
	at com.shop.payments.PaymentClient.charge(PaymentClient.java:85)
	... 14 more
`
const dotnet = `MassTransit.ConsumerException: consumer failed
 ---> Shop.Payments.PaymentFailed: order-7 not paid
 ---> Shop.Payments.CardDeclinedException (0x80131500): card refused by bank-7
   at System.Threading.Tasks.Task.ThrowIfExceptional(Boolean includeTaskCanceledExceptions)
   at Shop.Payments.PaymentClient.<ChargeAsync>d__5.MoveNext() in /src/Payments/PaymentClient.cs:line 42
--- End of stack trace from previous location ---
   at Shop.Payments.PaymentService.PayAsync(Order order) in /src/Payments/PaymentService.cs:line 17
   --- End of inner exception stack trace ---
   at Shop.Payments.PaymentService.PayAsync(Order order)
   --- End of inner exception stack trace ---
   at MassTransit.Middleware.ConsumerMessageFilter\`2.Send(ConsumeContext context)`
const node = `CardDeclinedError [ERR_CARD]: card refused by bank-7
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at run (/app/node_modules/kafkajs/src/consumer/runner.js:243:11)
    at async PaymentClient.charge (file:///app/src/payment-client.ts:88:11)
    at async /app/src/main.ts:9:3 {
  [cause]: TypeError: fetch failed
      at node:internal/deps/undici/undici:13510:13
      at async callBank (/app/src/bank.ts:12:7) {
    [cause]: ConnectTimeout: timed out
        at onTimeout (/app/node_modules/undici/index.js:1:1)
  }
}`
const python = `Traceback (most recent call last):
  File "/app/payments/client.py", line 42, in charge
    response.raise_for_status()
    ~~~~~~~~~~~~~~~~~~~~~~~~~^^
  File "/usr/local/lib/python3.13/site-packages/requests/models.py", line 1026, in raise_for_status
    raise HTTPError(http_error_msg, response=self)
requests.exceptions.HTTPError: 402 Client Error
DETAIL: the bank says no

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/payments/consumer.py", line 17, in handle
    client.charge(order)
  File "/app/payments/service.py", line 8, in pay
    raise PaymentFailed(order.id) from error
payments.errors.PaymentFailed: order-7
`
const pythonWhileHandling = `Traceback (most recent call last):
  File "/app/cache.py", line 4, in get
    return entries[key]
KeyError: 'order-7'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/payments/consumer.py", line 17, in handle
    raise CardDeclined()
payments.errors.CardDeclined`
const goPanic = `panic: runtime error: index out of range [5] with length 3 [recovered]

goroutine 42 [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
panic({0x6a1c40?, 0xc000012345?})
	/usr/local/go/src/runtime/panic.go:785 +0x132
github.com/ThreeDotsLabs/watermill/message.(*Router).handle(0xc0001, {0x7f1, 0x2})
	/go/pkg/mod/github.com/!three!dots!labs/watermill@v1.5.2/message/router.go:815 +0x51
github.com/shop/payments/internal/bank.(*Client).Charge(0xc0000a6000, {0xc000018030, 0x7})
	/src/internal/bank/client.go:42 +0x1d
main.main.func1()
	/src/main.go:12 +0x25
created by main.main in goroutine 1
	/src/main.go:10 +0x3c
`
const goErrors = `card refused
github.com/shop/payments/bank.(*Client).Charge
	/src/bank/client.go:42
main.handle[...]
	/src/main.go:17
runtime.main
	/usr/local/go/src/runtime/proc.go:283
charging order-7
main.handle
	/src/main.go:19`
const ruby = `/app/app/consumers/orders_consumer.rb:17:in \`rescue in charge': order-7 not paid (Payments::Failed)
	from /app/app/consumers/orders_consumer.rb:12:in \`charge'
	from /usr/local/bundle/gems/karafka-2.5.0/lib/karafka/base_consumer.rb:90:in \`block in on_consume'
/usr/local/bundle/gems/stripe-12.0/lib/stripe/client.rb:5:in \`request': card refused (Stripe::CardError)
	from /app/app/models/payment_client.rb:42:in \`block (2 levels) in charge'
	from /app/app/consumers/orders_consumer.rb:14:in \`charge'
`
const ruby34 = `Payments::CardDeclined: card refused
/app/app/models/payment_client.rb:42:in 'Payments::Client#charge'
<internal:kernel>:187:in 'loop'`
const php = `App\\Exceptions\\CardDeclined: card refused by bank-7 in /app/src/PaymentClient.php:42
Stack trace:
#0 /app/vendor/laravel/framework/src/Illuminate/Pipeline/Pipeline.php(144): App\\PaymentClient->charge(Object(App\\Order))
#1 /app/src/OrderHandler.php(31): Illuminate\\Pipeline\\Pipeline->then(Object(Closure))
#2 [internal function]: App\\OrderHandler->__invoke()
#3 {main}

Next RuntimeException: order-7 not paid in /app/src/OrderHandler.php:35
Stack trace:
#0 {main}`
const phpTrace = `#0 /app/src/OrderHandler.php(31): Illuminate\\Support\\Optional->get()
#1 /app/vendor/junges/laravel/src/Consumer.php(310): App\\OrderHandler->__invoke(Object(Junges\\Message))
#2 {main}`

describe('the root cause and the first frame of the application', () => {
  it.each([
    [
      'Java, past a suppressed exception and a class loader',
      java,
      'com.shop.payments.CardDeclinedException',
      'com.shop.payments.PaymentClient.lambda$charge$0(PaymentClient.java)',
      'card refused: by bank-7',
    ],
    [
      '.NET, where inner exceptions come first, past an async state machine',
      dotnet,
      'Shop.Payments.CardDeclinedException',
      'Shop.Payments.PaymentClient.ChargeAsync()',
      'card refused by bank-7',
    ],
    [
      'Node, of the nearest outer error where the innermost has none',
      node,
      'ConnectTimeout',
      'async callBank (/app/src/bank.ts)',
      'timed out',
    ],
    [
      'Python, innermost frame last, root cause first, a message of two lines',
      python,
      'requests.exceptions.HTTPError',
      'charge (/app/payments/client.py)',
      '402 Client Error',
    ],
    [
      'Python, of what was raised while another error was handled',
      pythonWhileHandling,
      'payments.errors.CardDeclined',
      'handle (/app/payments/consumer.py)',
      undefined,
    ],
    [
      'Go, of a panic',
      goPanic,
      'runtime error',
      'github.com/shop/payments/internal/bank.(*Client).Charge',
      'index out of range [5] with length 3 [recovered]',
    ],
    ['Go, of pkg/errors', goErrors, undefined, 'github.com/shop/payments/bank.(*Client).Charge', undefined],
    [
      'Ruby, whose cause comes after',
      ruby,
      'Stripe::CardError',
      'charge (/app/app/models/payment_client.rb)',
      'card refused',
    ],
    [
      'Ruby 3.4',
      ruby34,
      'Payments::CardDeclined',
      'Payments::Client#charge (/app/app/models/payment_client.rb)',
      'card refused',
    ],
    [
      'PHP, where a frame says from where something was called',
      php,
      'App\\Exceptions\\CardDeclined',
      'App\\PaymentClient->charge (/app/src/PaymentClient.php)',
      'card refused by bank-7',
    ],
    [
      'PHP, of a bare trace',
      phpTrace,
      undefined,
      'App\\OrderHandler->__invoke (/app/src/OrderHandler.php)',
      undefined,
    ],
  ])('of %s', (_, stack, rootCause, applicationFrame, rootMessage) => {
    const facts = readStack(stack)
    expect([facts.rootCause, facts.applicationFrame, facts.rootMessage]).toEqual([
      rootCause,
      applicationFrame,
      rootMessage,
    ])
  })

  it.each([
    ['java', java],
    ['.NET', dotnet],
    ['Node', node],
    ['Python', python],
    ['Go', goPanic],
    ['Ruby', ruby],
    ['PHP', php],
  ])('stays the same in %s when only lines, columns and addresses change', (_, stack) => {
    const moved = stack
      .replace(/:(\d+)(?=[):\s]|$)/gm, (_whole, line: string) => `:${Number(line) + 7}`)
      .replace(/line \d+/g, 'line 999')
      .replace(/\.php\(\d+\)/g, '.php(7)')
      .replace(/0xc\w+/g, '0xdead')
    const facts = readStack(moved)
    expect(facts.applicationFrame).toBe(readStack(stack).applicationFrame)
    expect(facts.rootCause).toBe(readStack(stack).rootCause)
  })
})

test('a line of a Java message that begins with `at` is no frame', () => {
  const stack = `org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed
	at org.apache.kafka.connect.json.JsonConverter.toConnectData(JsonConverter.java:348)
Caused by: com.fasterxml.jackson.core.JsonParseException: Invalid UTF-8 start byte 0xff
 at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); byte offset: #2]
	at com.fasterxml.jackson.core.JsonParser._constructError(JsonParser.java:2664)
`
  expect(readStack(stack).applicationFrame).toBeUndefined()
  expect(markApplicationLines(stack)).not.toContain(true)
})

test('the lines of the application are marked, in Go both that tell a frame', () => {
  const markedOf = (stack: string) => {
    const lines = stack.split('\n')
    const marks = markApplicationLines(stack)
    return lines.filter((_, at) => marks[at]).map((line) => line.trim())
  }
  expect(markedOf(goErrors)).toEqual([
    'github.com/shop/payments/bank.(*Client).Charge',
    '/src/bank/client.go:42',
    'main.handle[...]',
    '/src/main.go:17',
    'main.handle',
    '/src/main.go:19',
  ])
  expect(markedOf(python).filter((line) => line.startsWith('File'))).toHaveLength(3)
  expect(markedOf(java)).toContain('at com.shop.payments.PaymentClient.charge(PaymentClient.java:85)')
  expect(markedOf(java).some((line) => line.includes('springframework'))).toBe(false)
})

test('any text is read without an exception', () => {
  const piece = fc.constantFrom(
    '\n',
    '\tat com.shop.A.b(A.java:1)',
    'Caused by: com.shop.E: x',
    '   at A.B.C(D e) in /f.cs:line 7',
    '  File "/a.py", line 3, in f',
    '\t/src/a.go:3 +0x1',
    "/a.rb:3:in `b': c (D)",
    '#0 /a.php(3): f()',
    '((((',
    ' ---> ',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 30 }), (parts) => {
      readStack(parts.join(''))
      markApplicationLines(parts.join(''))
    }),
  )
})

test.each(['\n', ' at ', ' in )', 'at A(', 'File "', '#0 (1): (', ': (A) ', ' ---> A', 'a.rb:1:in `'])(
  'what is long and made of %j does not hang a reader',
  (piece) => {
    expect(readStack(piece.repeat(65_536 / piece.length)).classes.length).toBeLessThan(2)
    readStack(`${piece.repeat(200)}\n`.repeat(100))
  },
)

describe('a trace of Java', () => {
  const lines = fc.constantFrom(
    '\tat com.shop.PaymentClient.charge(PaymentClient.java:88)',
    '\tat org.springframework.kafka.listener.Adapter.invoke(Adapter.java:12)',
    '\tat java.base/java.lang.Thread.run(Thread.java:1583)',
    '\tSuppressed: com.shop.NotThis: beside',
    '\t\tat com.shop.Beside.of(Beside.java:3)',
    '\t\tCaused by: com.shop.NotThisEither',
    'Suppressed: com.shop.NotIndented',
    'Caused by: com.shop.payments.CardDeclined: order 7 refused  ',
    'Caused by: no name at all',
    '\tCaused by: com.shop.Indented: cause',
    'com.shop.Outer: failed',
    'a second line of a message\r',
    ' at [Source: (byte[])"x"; line: 1]',
    '\t... 12 more',
    '',
  )
  /** Longer than what is read by sections: it is read line by line. */
  const padding = `\n${`${'-'.repeat(900)}\n`.repeat(25)}`

  it('tells the same by its sections as line by line', () => {
    const filler = '\tat org.springframework.kafka.listener.Adapter.invoke(Adapter.java:12)\n'.repeat(20)
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 14 }), fc.boolean(), (some, isBegun) => {
        const stack = `${isBegun ? 'com.shop.Outermost: failed\n' : ''}${some.join('\n')}\n${filler}`
        expect(readStack(stack)).toEqual(readStack(stack + padding))
      }),
      { numRuns: 2_000 },
    )
  })
})
