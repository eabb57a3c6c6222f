import { request } from 'node:http'
import { expect, test } from '../fixtures/journey.ts'
import { running } from '../fixtures/running.ts'

type Answer = { readonly status: number; readonly code: string | undefined }

/** A request as another program or another site would send it: with any Host and Origin. */
const ask = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: running().webPort, method, path, headers },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => {
          const code = /"code":"([^"]+)"/.exec(text)?.[1]
          resolve({ status: response.statusCode ?? 0, code })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })

const json = { 'content-type': 'application/json' }
const mark = JSON.stringify({ text: 'deploy 1.0.1', service: 'payments' })

test('foreign hosts are refused, for pages, the API and files alike', async () => {
  for (const path of ['/', '/local', '/api/local/topics', '/api/live', '/metrics', '/_next/static/x.js'])
    expect(await ask('GET', path, { host: 'evil.example' }), path).toEqual({
      status: 403,
      code: 'foreign-host',
    })
  expect((await ask('GET', '/api/connections', { host: `localhost:${running().webPort}` })).status).toBe(200)
})

test('writes of another site, or such as a form could send, are refused; those of a pipeline enter', async () => {
  const host = `127.0.0.1:${running().webPort}`
  expect(await ask('POST', '/api/marks', { host, ...json, origin: 'http://evil.example' }, mark)).toEqual({
    status: 403,
    code: 'foreign-origin',
  })
  expect((await ask('POST', '/api/marks', { host, 'content-type': 'text/plain' }, mark)).code).toBe(
    'invalid-request',
  )
  expect((await ask('POST', '/api/marks', { host, ...json }, mark)).status).toBe(200)
  expect((await ask('POST', '/api/marks', { host, ...json }, '{"text":')).code).toBe('invalid-request')
})

test('bad addresses and cursors are answered with what is wrong', async () => {
  const host = `127.0.0.1:${running().webPort}`
  const get = (path: string) => ask('GET', path, { host })
  expect(await get('/api/local/topics/nope')).toEqual({ status: 404, code: 'not-found' })
  expect(await get('/api/local/groups/nope')).toEqual({ status: 404, code: 'not-found' })
  expect(await get('/api/nowhere/topics')).toEqual({ status: 404, code: 'not-found' })
  expect(await get('/api/local/topics/orders/messages?cursor=rubbish')).toEqual({
    status: 400,
    code: 'invalid-request',
  })
  expect(await get('/api/local/topics/orders/messages?limit=100000')).toEqual({
    status: 400,
    code: 'invalid-request',
  })
  expect(await get('/api/local/topics/orders/messages/99@1')).toEqual({ status: 404, code: 'not-found' })
  expect(await get('/api/local/topics/orders/messages/rubbish')).toEqual({
    status: 400,
    code: 'invalid-request',
  })
  expect(await get('/api/traces/xyz')).toEqual({ status: 400, code: 'invalid-request' })
  expect(await get('/api/local/dead-letters/99999999')).toEqual({ status: 404, code: 'not-found' })
})

test('health names each part, metrics and the API description are served', async ({ baseURL }) => {
  const health = (await (await fetch(`${baseURL}/api/health`)).json()) as {
    dependencies: { name: string; state: string }[]
  }
  expect(health.dependencies.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['database', 'worker', 'broker local', 'registry local']),
  )
  expect(await (await fetch(`${baseURL}/metrics`)).text()).toContain('spillway_http_request_seconds_bucket')
  const api = (await (await fetch(`${baseURL}/api/openapi.json`)).json()) as {
    openapi: string
    paths: Record<string, unknown>
  }
  expect(api.openapi).toBe('3.1.0')
  expect(Object.keys(api.paths).length).toBeGreaterThan(20)
})

test('eight tabs follow changes over one stream', async ({ browser, baseURL }) => {
  const context = await browser.newContext()
  const streams: string[] = []
  context.on('request', (one) => {
    if (one.url().includes('/api/live')) streams.push(one.url())
  })
  const pages = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
  for (const page of pages) await page.goto(`${baseURL}/local`)
  for (const page of pages)
    await expect(page.getByRole('button', { name: 'Live', exact: true })).toBeVisible()
  expect(streams).toHaveLength(1)
  await pages[0]?.close()
  await expect.poll(() => streams.length).toBe(2)
  await context.close()
})
