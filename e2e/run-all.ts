import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

/**
 * Everything: generated client, format, lint, arrows, types, unused code, unit and stack tests, production build and
 * journeys. Ends with the line `N passed, N failed`; a step that is no test counts as one.
 */
let passed = 0
let failed = 0

const run = (title: string, command: string, args: readonly string[]): boolean => {
  console.log(`\n── ${title}`)
  const startedAt = performance.now()
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  })
  console.log(
    `── ${title}: ${status === 0 ? 'good' : `failed (${status})`}, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  )
  return status === 0
}

const check = (title: string, command: string, args: readonly string[]): void => {
  if (run(title, command, args)) passed += 1
  else failed += 1
}

type Counts = { readonly passed: number; readonly failed: number }

const countTests = (title: string, report: string, isGood: boolean, read: (json: never) => Counts): void => {
  if (!existsSync(report)) {
    console.log(`${title} wrote no report`)
    failed += 1
    return
  }
  const counts = read(JSON.parse(readFileSync(report, 'utf8')) as never)
  passed += counts.passed
  failed += counts.failed
  // A run that failed outside of its tests (a setup, a file that does not load) must not pass.
  if (!isGood && counts.failed === 0) failed += 1
}

type Vitest = { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }
type Playwright = { stats: { expected: number; unexpected: number; flaky: number } }

rmSync('test-results', { recursive: true, force: true })
mkdirSync('test-results', { recursive: true })
if (run('Prisma client', 'node', ['prisma/generate.ts'])) {
  check('Format and lint', 'biome', ['check', '.'])
  check('Arrows', 'node', ['e2e/check-arrows.ts'])
  check('Types', 'tsc', ['--noEmit', '--incremental', 'false'])
  check('Unused code', 'knip', [])
  const vitest = (project: string) => [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=test-results/${project}.json`,
  ]
  for (const project of ['unit', 'stack']) {
    const isGood = run(`Tests: ${project}`, 'vitest', vitest(project))
    countTests(
      project,
      `test-results/${project}.json`,
      isGood,
      ({ numPassedTests, numFailedTests }: Vitest) => ({ passed: numPassedTests, failed: numFailedTests }),
    )
  }
  // Scripted pages keep a processor busy each; journeys wait for one shop, and measure.
  for (const [title, project, workers] of [
    ['Scripted pages', 'mocked', 2],
    ['Journeys', 'journeys', 1],
  ] as const) {
    const isGood = run(title, 'playwright', [
      'test',
      `--project=${project}`,
      `--workers=${workers}`,
      // What a test that failed leaves behind is not swept away by those after it.
      `--output=test-results/${project}`,
    ])
    countTests(title, 'test-results/browser.json', isGood, ({ stats }: Playwright) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
    }))
    rmSync('test-results/browser.json', { force: true })
  }
  check('Size of the pages', 'size-limit', [])
} else failed += 1

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
