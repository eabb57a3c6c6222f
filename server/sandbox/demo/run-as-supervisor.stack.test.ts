import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endLeftovers, findRunning } from '../stack/leftovers.ts'
import { lockName } from './run-as-supervisor.ts'

/** A part that starts a process itself; a part that takes no notice of SIGTERM; a command with a tree below it. */
const program = (dir: string, seconds: number): string => `
  import { join } from 'node:path'
  import { runAsSupervisor } from ${JSON.stringify(new URL('./run-as-supervisor.ts', import.meta.url).href)}
  import { startPartProcess } from ${JSON.stringify(new URL('../stack/part-process.ts', import.meta.url).href)}
  import { runCommand } from ${JSON.stringify(new URL('../stack/run-command.ts', import.meta.url).href)}
  const dataDir = ${JSON.stringify(dir)}
  const part = (name, script) => startPartProcess({
    name, command: 'sh', args: ['-c', script], stopSignal: 'SIGTERM',
    logFile: join(dataDir, name + '.log'), pidFile: join(dataDir, name + '.pid'),
  })
  await runAsSupervisor({
    dataDir,
    alreadyRuns: (pid) => 'runs already: ' + pid,
    run: async ({ signal, onStop, untilStopped }) => {
      const parent = part('parent', 'sleep ${seconds} & sleep ${seconds}; wait')
      onStop(() => parent.stop('graceful'))
      if (process.env.STUBBORN) {
        const stubborn = part('stubborn', 'trap "" TERM; while :; do sleep ${seconds}; done')
        onStop(() => stubborn.stop('graceful'))
      }
      const command = runCommand('sh', ['-c', 'sleep ${seconds} & sleep ${seconds}; wait'], { signal, pidFile: join(dataDir, 'command.pid') })
      console.log('up')
      await Promise.all([command, untilStopped()])
    },
  })`

describe('a supervisor leaves no process behind', () => {
  let dir = ''
  let seconds = 0
  const started: ChildProcess[] = []

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'spillway-supervisor-'))
    // A number of seconds that no other process sleeps for marks ours.
    seconds = 100_000 + Math.floor(Math.random() * 9_000_000)
    writeFileSync(join(dir, 'program.ts'), program(dir, seconds))
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({ type: 'module', scripts: { demo: `${process.execPath} program.ts` } }),
    )
  })
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
    await endLeftovers(dir, ['supervisor', 'parent', 'stubborn', 'command'], () => {})
    rmSync(dir, { recursive: true, force: true })
  })

  const processes = (): string[] =>
    execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(`sleep ${seconds}`))

  /** `npm run demo`, where a shell stands between npm and the supervisor. */
  const startUnderNpm = async (env: Readonly<Record<string, string>> = {}): Promise<ChildProcess> => {
    const child = spawn('npm', ['run', '--silent', 'demo'], {
      cwd: dir,
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    started.push(child)
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()))
    expect(processes().length).toBeGreaterThan(3)
    return child
  }
  const supervisorPid = (): number => findRunning(join(dir, lockName)) ?? 0
  const untilNoneIsLeft = (timeout: number) => expect.poll(processes, { timeout, interval: 100 }).toEqual([])

  it.each(['SIGTERM', 'SIGKILL'] as const)('when npm alone gets %s', async (signal) => {
    const npm = await startUnderNpm()
    npm.kill(signal)
    await untilNoneIsLeft(8_000)
    await expect.poll(supervisorPid).toBe(0)
  })

  it('when Ctrl-C in a terminal reaches npm, its shell and the supervisor at once', async () => {
    const { pid = 0 } = await startUnderNpm()
    process.kill(-pid, 'SIGINT')
    await untilNoneIsLeft(8_000)
  })

  it('when a second Ctrl-C forces it while a part takes no notice of the first', async () => {
    await startUnderNpm({ STUBBORN: 'yes' })
    const pid = supervisorPid()
    process.kill(pid, 'SIGINT')
    await sleep(1_500)
    expect(processes()).not.toEqual([])
    process.kill(pid, 'SIGINT')
    await untilNoneIsLeft(2_000)
  })

  it('after SIGKILL, by the next start: also of a part whose leader has gone, and of a command', async () => {
    await startUnderNpm()
    process.kill(supervisorPid(), 'SIGKILL')
    process.kill(Number(readFileSync(join(dir, 'parent.pid'), 'utf8').split(' ')[0]), 'SIGKILL')
    await sleep(100)
    expect(processes()).not.toEqual([])
    const said: string[] = []
    await endLeftovers(dir, ['parent', 'command'], (line) => said.push(line))
    expect(said).toEqual([
      'parent: ended what an earlier start had left running',
      'command: ended what an earlier start had left running',
    ])
    await untilNoneIsLeft(1_000)
  })

  it('and a second one on the same folder is refused, after which the first goes on', async () => {
    await startUnderNpm()
    const pid = supervisorPid()
    const second = spawn(process.execPath, ['program.ts'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
    let told = ''
    second.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString()
    })
    const code = await new Promise((resolve) => second.once('exit', resolve))
    expect([code, told.trim()]).toEqual([1, `runs already: ${pid}`])
    expect(supervisorPid()).toBe(pid)
  })
})
