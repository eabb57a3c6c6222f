import { connect, createServer, type Socket } from 'node:net'
import { expect, inject, test } from 'vitest'
import { defaultBatchLimits } from './batch-spans.ts'
import { requestJson, spanJson, startTestReceiver } from './test-receiver.ts'

/** Stands between the receiver and PostgreSQL; `cut` ends all connections and refuses new ones until `mend`. */
const startProxy = async (target: URL) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    socket.pipe(upstream).pipe(socket)
  })
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  await listen(0)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    cut: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      return closed
    },
    mend: () => listen(port),
  }
}

const startBehindProxy = async (batchLimits = defaultBatchLimits) => {
  const proxy = await startProxy(new URL(inject('databaseUrl')))
  const system = await startTestReceiver(inject('databaseUrl'), { batchLimits }, (url) => {
    const reached = new URL(url)
    reached.host = `127.0.0.1:${proxy.port}`
    return reached.href
  })
  return { proxy, system }
}

const spanNumber = (n: number) => spanJson({ spanId: (n + 1).toString(16).padStart(16, '0') })

test('while PostgreSQL is away the answer is 503 with the time to come back, and afterwards all is well', async () => {
  const { proxy, system } = await startBehindProxy()
  try {
    const body = JSON.stringify(requestJson([spanJson()]))
    expect((await system.post(body)).status).toBe(200)
    await proxy.cut()
    const refused = await system.post(body)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2'])
    expect(JSON.parse(refused.body.toString())).toEqual({ code: 14, message: 'Spans can not be stored now.' })
    await proxy.mend()
    expect((await system.post(body)).status).toBe(200)
  } finally {
    await system.close()
    await proxy.cut()
  }
})

test('nothing that was answered 200 is lost when connections break again and again', async () => {
  const { proxy, system } = await startBehindProxy()
  try {
    const stored: string[] = []
    let next = 0
    let isOver = false
    const senders = Array.from({ length: 6 }, async () => {
      while (!isOver) {
        const spans = Array.from({ length: 20 }, () => spanNumber(next++))
        const { status } = await system.post(JSON.stringify(requestJson(spans)))
        expect([200, 503]).toContain(status)
        if (status === 200) stored.push(...spans.map(({ spanId }) => String(spanId)))
        else await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 150))
      await proxy.cut()
      await new Promise((resolve) => setTimeout(resolve, 50))
      await proxy.mend()
    }
    await new Promise((resolve) => setTimeout(resolve, 150))
    isOver = true
    await Promise.all(senders)
    const { rows } = await system.database.db.pool.query(`SELECT encode(span_id, 'hex') AS id FROM span`)
    const found = new Set(rows.map(({ id }) => id))
    expect(stored.length).toBeGreaterThan(100)
    expect(stored.filter((id) => !found.has(id))).toEqual([])
    const summary = await system.database.db.pool.query('SELECT sum(spans)::int AS spans FROM trace_summary')
    expect(summary.rows[0].spans).toBe(rows.length)
  } finally {
    await system.close()
    await proxy.cut()
  }
})

test('closing stores what was accepted', async () => {
  // They wait for company when the receiver closes.
  const { proxy, system } = await startBehindProxy({ ...defaultBatchLimits, lingerMs: 1_000 })
  try {
    const answers = Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => system.post(JSON.stringify(requestJson([spanNumber(n)])))),
    )
    await new Promise((resolve) => setTimeout(resolve, 500))
    await system.receiver.close()
    const ok = (await answers).filter(
      (answer) => answer.status === 'fulfilled' && answer.value.status === 200,
    ).length
    const { rows } = await system.database.db.pool.query('SELECT count(*)::int AS spans FROM span')
    expect(rows[0].spans).toBe(ok)
    // A busy machine may not have connected all of them by then.
    expect(ok).toBeGreaterThan(0)
  } finally {
    await system.close()
    await proxy.cut()
  }
})
