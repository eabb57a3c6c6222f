import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] }

/** Only what is wrong is asked for: to tell all that is good takes axe most of its time. */
const options = { resultTypes: ['violations' as const] }

const say = (where: string, violations: readonly Violation[]): string[] =>
  violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 2).map(({ html }) => `${where}: ${id}: ${html.slice(0, 160)}`),
  )

/**
 * What axe finds on the page as it stands, each with `where`. Pages have no frames: the mode for one document needs no
 * second page for each look.
 */
export const lookWithAxe = async (page: Page, where: string): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().options(options).analyze()
  return say(where, violations)
}

/** As `lookWithAxe`, on a page that axe was brought to before: that takes longer than to look. `rules`: all by default. */
const lookAgain = async (
  page: Page,
  where: string,
  rules?: readonly string[],
): Promise<readonly string[]> => {
  const violations = await page.evaluate(
    async (given) => {
      type Axe = { run(options: object): Promise<{ violations: Violation[] }> }
      const { axe } = window as unknown as { axe: Axe }
      const found = await axe.run(given)
      return found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) }))
    },
    rules === undefined ? options : { ...options, runOnly: rules },
  )
  return say(where, violations)
}

const setTheme = (page: Page, theme: 'light' | 'dark'): Promise<void> =>
  page.evaluate((name) => {
    document.documentElement.dataset.theme = name
  }, theme)

/** What fades or is asked anew stands paler for a moment: what is wrong still is so a second later. */
const fadedMs = 1_000

const ofTwoLooks = async (page: Page, look: () => Promise<readonly string[]>): Promise<readonly string[]> => {
  const found = await look()
  if (found.length === 0) return found
  await page.waitForTimeout(fadedMs)
  return look()
}

/** What axe finds on the page as it stands: everything in the light, and colours in the dark, which alone differ. */
export const faultsOf = async (page: Page, state: string): Promise<readonly string[]> => {
  await setTheme(page, 'light')
  const light = await ofTwoLooks(page, () => lookWithAxe(page, `${state}, light`))
  await setTheme(page, 'dark')
  const dark = await ofTwoLooks(page, () => lookAgain(page, `${state}, dark`, ['color-contrast']))
  return [...light, ...dark]
}

/** What axe finds in the light, and everything once more in the dark, of a page that was loaded in the light. */
export const faultsInBothThemes = async (page: Page, name: string): Promise<readonly string[]> => {
  const light = await ofTwoLooks(page, () => lookWithAxe(page, `${name}, light`))
  await setTheme(page, 'dark')
  return [...light, ...(await ofTwoLooks(page, () => lookAgain(page, `${name}, dark`)))]
}
