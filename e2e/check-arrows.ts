import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { cruise } from 'dependency-cruiser'
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-options'

/**
 * The arrows of ARCHITECTURE.md. The tool reports nothing at all when it can not read TypeScript, so this plants one
 * violation of each arrow and must see each, and counts the modules it read; then it checks the real files.
 */
const planted: Readonly<Record<string, readonly [file: string, imports: string]>> = {
  'no-cycles': ['server/domain/planted-cycle.ts', './planted-cycle-back.ts'],
  'app-reaches-services-through-http': ['app/planted.ts', '#server/services/list-topics.ts'],
  'components-know-contracts-only': ['components/planted.ts', '#server/domain/result.ts'],
  'features-stand-alone': ['components/features/topics/planted.ts', '../groups/prepare-lag-chart.ts'],
  'services-never-know-adapters': ['server/services/planted.ts', '#server/adapters/read-only.ts'],
  'domain-is-pure': ['server/domain/planted.ts', '#server/ports/call.ts'],
  'ports-and-repositories-know-domain-and-contracts': ['server/ports/planted.ts', '#server/services/deps.ts'],
  'adapters-implement-ports': ['server/adapters/kafka/planted.ts', '#server/repositories/audit.ts'],
  'postgres-adapters-use-repositories-too': [
    'server/adapters/postgres-traces/planted.ts',
    '#server/services/deps.ts',
  ],
  'http-and-worker-use-services': ['server/http/planted.ts', '#server/adapters/read-only.ts'],
  'only-composition-knows-adapters': ['server/planted.ts', '#server/adapters/read-only.ts'],
  'sandbox-stands-apart': ['server/services/planted-sandbox.ts', '../sandbox/stack/free-port.ts'],
  'prisma-stays-in-repositories': ['server/services/planted-prisma.ts', '../../prisma/generated/client.ts'],
  'contracts-stand-alone': ['server/contracts/planted.ts', '#server/domain/result.ts'],
}
const rooms = ['app', 'components', 'server']

type Summary = {
  readonly violations: readonly {
    readonly rule: { readonly name: string }
    readonly from: string
    readonly to: string
  }[]
  readonly totalCruised: number
}

const look = async (): Promise<Summary> => {
  const options = await extractConfig('./.dependency-cruiser.cjs')
  const { output } = await cruise(rooms, { ...options, validate: true } as never)
  return (output as unknown as { summary: Summary }).summary
}

const plant = (): void => {
  for (const [file, imports] of Object.values(planted)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `import * as planted from '${imports}'\nexport const kept = planted\n`)
  }
  writeFileSync(
    'server/domain/planted-cycle-back.ts',
    "import * as planted from './planted-cycle.ts'\nexport const kept = planted\n",
  )
}
const unplant = (): void => {
  for (const [file] of Object.values(planted)) rmSync(file, { force: true })
  rmSync('server/domain/planted-cycle-back.ts', { force: true })
}

const problems: string[] = []
unplant()
const real = await look()
problems.push(...real.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`))
const files = globSync(`{${rooms.join(',')}}/**/*.{ts,tsx}`).length
if (real.totalCruised < files)
  problems.push(`only ${real.totalCruised} modules were read, there are ${files} files`)
try {
  plant()
  const caught = new Set(
    (await look()).violations.filter(({ from }) => from.includes('planted')).map(({ rule }) => rule.name),
  )
  problems.push(
    ...Object.keys(planted)
      .filter((name) => !caught.has(name))
      .map((name) => `${name}: a planted violation was not seen`),
  )
} finally {
  unplant()
}
for (const problem of problems) console.error(problem)
console.log(
  `${real.totalCruised} modules, ${Object.keys(planted).length} arrows, ${problems.length} problems`,
)
process.exitCode = problems.length === 0 ? 0 : 1
