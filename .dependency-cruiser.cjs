/** The arrows of ARCHITECTURE.md as errors. `e2e/check-arrows.ts` plants a violation of each and must see it fail. */
const tests = '\\.(stack\\.)?test\\.tsx?$|test-database|fixture|broker-contract|spawned-worker|test-receiver'

const rule = (name, from, to, except = []) => ({
  name,
  severity: 'error',
  from: { path: `^${from}`, pathNot: [tests, ...except] },
  to: { path: to.map((one) => `^${one}`) },
})

const others = (from, allowed) => {
  const rooms = [
    'adapters',
    'contracts',
    'domain',
    'http',
    'ports',
    'repositories',
    'sandbox',
    'services',
    'worker',
  ]
  return rooms.filter((room) => room !== from && !allowed.includes(room)).map((room) => `server/${room}/`)
}

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    rule('app-reaches-services-through-http', 'app/', others('app', ['http', 'contracts'])),
    rule('components-know-contracts-only', 'components/', ['app/', 'server/(?!contracts/)']),
    {
      name: 'features-stand-alone',
      severity: 'error',
      from: { path: '^components/features/([^/]+)/' },
      to: { path: '^components/features/', pathNot: '^components/features/$1/' },
    },
    rule(
      'services-never-know-adapters',
      'server/services/',
      others('services', ['ports', 'domain', 'contracts', 'repositories']),
    ),
    rule('domain-is-pure', 'server/domain/', others('domain', ['contracts'])),
    rule('ports-and-repositories-know-domain-and-contracts', 'server/(ports|repositories)/', [
      'server/(adapters|http|sandbox|services|worker)/',
    ]),
    rule(
      'adapters-implement-ports',
      'server/adapters/(?!postgres-)',
      others('adapters', ['ports', 'contracts', 'domain']),
    ),
    rule(
      'postgres-adapters-use-repositories-too',
      'server/adapters/postgres-',
      others('adapters', ['ports', 'contracts', 'domain', 'repositories']),
    ),
    rule('http-and-worker-use-services', 'server/(http|worker)/', [
      'server/(adapters|sandbox)/',
      'components/',
      'app/',
    ]),
    rule('only-composition-knows-adapters', 'server/(?!composition|adapters/)', ['server/adapters/']),
    rule('sandbox-stands-apart', '(app|components|server/(?!sandbox/|start\\.ts))', ['server/sandbox/']),
    rule('prisma-stays-in-repositories', '(app|components|server/(?!repositories/))', ['prisma/generated/']),
    rule('contracts-stand-alone', 'server/contracts/', others('contracts', [])),
  ],
  options: {
    doNotFollow: { path: 'node_modules|prisma/generated' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
