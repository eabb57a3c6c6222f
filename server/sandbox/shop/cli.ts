import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ControlState, controlFile, readControl, writeControl } from './control.ts'
import { type Breakage, breakageNames, breakages, defaultControl } from './shop-names.ts'

const usage = `npm run shop -- break <what> | fix <what> | fix all | rate <orders per second> | status
  --data <folder>        the folder that the demo was given

${breakageNames.map((name) => `  ${name.padEnd(22)} ${breakages[name]}`).join('\n')}`

const isBreakage = (name: string): name is Breakage => (breakageNames as readonly string[]).includes(name)

const say = (state: ControlState): void => {
  console.log(
    `${state.rate} orders/s; broken: ${state.broken.length === 0 ? 'nothing' : state.broken.join(', ')}`,
  )
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: 'string' } } })
const [command = '', what = ''] = positionals
if (values.data !== undefined) process.env.SHOP_CONTROL_FILE = join(values.data, 'shop.json')
const state = readControl() ?? defaultControl

const change = (next: ControlState): void => {
  writeControl(next)
  say(next)
}

if (command === 'status') say(state)
else if (command === 'rate' && Number.isFinite(Number(what)) && what !== '')
  change({ ...state, rate: Number(what) })
else if (command === 'fix' && what === 'all') change({ ...state, broken: [] })
else if (command === 'fix' && isBreakage(what))
  change({ ...state, broken: state.broken.filter((name) => name !== what) })
else if (command === 'break' && isBreakage(what))
  change({ ...state, broken: [...new Set([...state.broken, what])] })
else {
  if (command !== '' && command !== 'help')
    console.error(`The shop does not know "${[command, what].join(' ').trim()}".\n`)
  console.error(usage)
  console.error(`\nIts state is in ${controlFile()}.`)
  process.exitCode = command === '' || command === 'help' ? 0 : 1
}
