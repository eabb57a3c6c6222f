import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/**
 * Everything: generated client, format, lint, arrows, types, unused code, unit and stack tests, production build and
 * journeys. Ends with what failed, and why, and the line `N passed, N failed`; a step that is no test counts as one.
 */
let passed = 0
/** A line of what failed, then why, as far as its report tells. */
const failures: string[] = []

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
  else failures.push(title)
}

type Outcome = { readonly passed: number; readonly failures: readonly string[] }

const countTests = (title: string, report: string, isGood: boolean, read: (json: never) => Outcome): void => {
  if (!existsSync(report)) {
    failures.push(`${title}: wrote no report`)
    return
  }
  const outcome = read(JSON.parse(readFileSync(report, 'utf8')) as never)
  passed += outcome.passed
  failures.push(...outcome.failures)
  // A run that failed outside of its tests (a setup, a file that does not load) must not pass.
  if (!isGood && outcome.failures.length === 0) failures.push(`${title}: failed outside of its tests`)
}

const failureOf = (name: string, file: string, messages: readonly string[]): string =>
  [`${name} (${relative('.', file)})`, ...messages.map(stripVTControlCharacters)].join('\n').slice(0, 2_000)

type Vitest = {
  numPassedTests: number
  testResults: {
    name: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}
const readVitest = ({ numPassedTests, testResults }: Vitest): Outcome => ({
  passed: numPassedTests,
  failures: testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => failureOf(fullName, file, failureMessages)),
  ),
})

type Suite = {
  suites?: Suite[]
  specs: {
    title: string
    file: string
    tests: { status: string; results: { errors: { message?: string }[] }[] }[]
  }[]
}
const readSuite = ({ suites = [], specs }: Suite): string[] => [
  ...specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) =>
        failureOf(
          title,
          file,
          results.flatMap(({ errors }) => errors.map(({ message = '' }) => message)),
        ),
      ),
  ),
  ...suites.flatMap(readSuite),
]
type Playwright = { stats: { expected: number }; suites: Suite[] }
const readPlaywright = ({ stats, suites }: Playwright): Outcome => ({
  passed: stats.expected,
  failures: suites.flatMap(readSuite),
})

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
    countTests(project, `test-results/${project}.json`, isGood, readVitest)
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
    countTests(title, 'test-results/browser.json', isGood, readPlaywright)
    rmSync('test-results/browser.json', { force: true })
  }
  check('Size of the pages', 'size-limit', [])
} else failures.push('Prisma client')

for (const failure of failures) console.log(`\nFAILED ${failure}`)
console.log(`\n${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
