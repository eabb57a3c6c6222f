import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** What axe finds on the page as it stands: everything in the light, and colours in the dark, which alone differ. */
export const faultsOf = async (page: Page, state: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name
    }, theme)
    // Pages have no frames: the mode for one document needs no second page for each look.
    const axe = new AxeBuilder({ page }).setLegacyMode()
    const { violations } = await (theme === 'dark' ? axe.withRules('color-contrast') : axe).analyze()
    found.push(
      ...violations.flatMap(({ id, nodes }) =>
        nodes.slice(0, 2).map(({ html }) => `${state}, ${theme}: ${id}: ${html.slice(0, 160)}`),
      ),
    )
  }
  return found
}
