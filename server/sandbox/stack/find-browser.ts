import { existsSync } from 'node:fs'
import sparticuz from '@sparticuz/chromium'
import { runCommand } from './run-command.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const findInstalled = async (): Promise<string | null> => {
  for (const name of names) {
    const { code, output } = await runCommand('which', [name])
    const path = output.trim()
    if (code === 0 && existsSync(path)) return path
  }
  return null
}

/**
 * A Chromium for the journeys: the system's where there is one, otherwise the one that comes in an npm package. The
 * arguments are our own: the package's would switch web security off, and origin tests would pass for nothing.
 */
export const findBrowser = async (): Promise<{
  readonly executablePath: string
  readonly args: readonly string[]
}> => ({
  executablePath: (await findInstalled()) ?? (await sparticuz.executablePath()),
  args: [
    '--disable-dev-shm-usage',
    '--font-render-hinting=none',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
})
