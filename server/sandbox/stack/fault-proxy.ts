import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type TcpFaultProxy = {
  readonly port: number
  /** Drops all connections and refuses new ones. */
  cut(): void
  /** Holds every piece of data back this long, in both directions. */
  delay(ms: number): void
  heal(): void
  /** Bytes that clients have sent so far: while they ask for nothing more, this stands still. */
  askedBytes(): number
  stop(): Promise<void>
}

const listen = (
  server: {
    listen(port: number, host: string, done: () => void): unknown
    address(): unknown
  },
  wanted = 0,
): Promise<number> =>
  new Promise((resolve) =>
    server.listen(wanted, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )

/**
 * Stands before a part on loopback and fails as told: for tests of what a screen does when a line is cut or slow.
 * Listens on `port`, or on a free one.
 */
export const startTcpFaultProxy = async (
  target: { readonly host: string; readonly port: number },
  wantedPort = 0,
): Promise<TcpFaultProxy> => {
  const open = new Set<Socket>()
  let isCut = false
  let delayMs = 0
  let askedBytes = 0
  const pass = (from: Socket, to: Socket): void => {
    let turn: Promise<unknown> = Promise.resolve()
    from.on('data', (piece) => {
      turn = turn.then(async () => {
        if (delayMs > 0) await sleep(delayMs)
        if (!to.destroyed) to.write(piece)
      })
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      open.delete(from)
      to.destroy()
    })
  }
  const server = createServer((client) => {
    if (isCut) {
      client.destroy()
      return
    }
    const part = connect(target.port, target.host)
    for (const socket of [client, part]) open.add(socket)
    client.on('data', (piece) => {
      askedBytes += piece.length
    })
    pass(client, part)
    pass(part, client)
  })
  const port = await listen(server, wantedPort)
  const dropAll = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    port,
    cut: () => {
      isCut = true
      dropAll()
    },
    delay: (ms) => {
      delayMs = ms
    },
    heal: () => {
      isCut = false
      delayMs = 0
    },
    askedBytes: () => askedBytes,
    stop: () => {
      dropAll()
      return new Promise((done) => server.close(() => done()))
    },
  }
}

export type HttpFault = {
  readonly path: RegExp
  readonly status: number
  readonly delayMs?: number
  readonly body?: string
}
export type HttpFaultProxy = {
  readonly url: string
  /** Answers requests whose path fits by itself from now on; the latest rule that fits wins. */
  answer(fault: HttpFault): void
  heal(): void
  stop(): Promise<void>
}

/** Stands before an HTTP part and answers chosen paths with a status of one's choice; all else passes through. */
export const startHttpFaultProxy = async (targetUrl: string): Promise<HttpFaultProxy> => {
  const target = new URL(targetUrl)
  let faults: readonly HttpFault[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    const fault = faults.findLast((one) => one.path.test(path))
    if (fault) {
      if (fault.delayMs !== undefined) await sleep(fault.delayMs)
      response.writeHead(fault.status, { 'content-type': 'application/json' }).end(fault.body ?? '{}')
      return
    }
    const body: Buffer[] = []
    for await (const piece of request) body.push(piece as Buffer)
    const answer = await fetch(new URL(path, target.origin), {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(body.length > 0 ? { body: Buffer.concat(body) } : {}),
    })
    response
      .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
      .end(Buffer.from(await answer.arrayBuffer()))
  }
  const server = createHttpServer((request, response) => {
    handle(request, response).catch(() => response.writeHead(502).end())
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}${target.pathname === '/' ? '' : target.pathname}`,
    answer: (fault) => {
      faults = [...faults, fault]
    },
    heal: () => {
      faults = []
    },
    stop: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
