import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { workerNodeFlags } from './node-flags.ts'

/** Has 640 MB of buffers come and go, and prints how often the whole heap was collected for that. */
const program = `
  import { constants, PerformanceObserver } from 'node:perf_hooks'
  let collections = 0
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries())
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections += 1
  }).observe({ entryTypes: ['gc'] })
  for (let made = 0; made < 10_000; made++) {
    Buffer.allocUnsafeSlow(65_536)
    if (made % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  console.log(collections)
`
const collectionsWith = (flags: readonly string[]): number =>
  Number(
    execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
      encoding: 'utf8',
    }),
  )

it('a worker collects its heap less often for buffers that come and go', () => {
  expect(collectionsWith(workerNodeFlags)).toBeLessThan(collectionsWith([]) / 2)
})

it('npm run worker starts it like that', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  expect(scripts.worker).toBe(`node ${workerNodeFlags.join(' ')} server/worker/main.ts`)
})
