import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { followControl, readControl, writeControl } from './control.ts'

const folder = mkdtempSync(join(tmpdir(), 'spillway-control-'))
const file = join(folder, 'shop.json')
afterAll(() => rmSync(folder, { recursive: true }))

it('who listens to changes hears them in the context that he listened in', async () => {
  const service = new AsyncLocalStorage<string>()
  const control = followControl({ rate: 5, broken: [] }, file)
  const heard = service.run(
    'notifications',
    () => new Promise<string | undefined>((resolve) => control.onChange(() => resolve(service.getStore()))),
  )
  // What is written before the file is first looked at is no change: so it is written until it is heard.
  let rate = 0
  const writing = setInterval(
    () => writeControl({ rate: ++rate, broken: ['stopped-notifications'] }, file),
    100,
  )
  try {
    expect(await heard).toBe('notifications')
    await expect.poll(() => control.isBroken('stopped-notifications'), { timeout: 4_000 }).toBe(true)
  } finally {
    clearInterval(writing)
  }
  control.close()
})

it('what was written is read again, and no file is no state', () => {
  writeControl({ rate: 7, broken: ['burst'] }, file)
  expect(readControl(file)).toEqual({ rate: 7, broken: ['burst'] })
  expect(readControl(join(folder, 'none.json'))).toBeNull()
})
