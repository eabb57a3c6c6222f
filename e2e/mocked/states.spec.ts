import type { Page } from '@playwright/test'
import { endpoints } from '../../server/contracts/endpoints.ts'
import { streams } from '../../server/contracts/streams.ts'
import { faultsOf } from './faults-of.ts'
import { expect, test } from './mocked-test.ts'
import type { PageCase } from './page-case.ts'
import { good, pages } from './pages.ts'
import { type Script, scriptApi } from './script-api.ts'

type Step = {
  readonly state: string
  readonly path: string
  readonly script: Script
  readonly shows: (page: Page) => Promise<void>
}

const stepsOf = ({ path, main, loading, empty, filtered }: PageCase): readonly Step[] => {
  const { permission } = { ...endpoints, ...streams }[main]
  const says = (state: string, text: string | RegExp) => async (page: Page) => {
    await expect(page.locator(`[data-state="${state}"]`).filter({ hasText: text }).first()).toBeVisible()
  }
  return [
    {
      state: 'content',
      path,
      script: {},
      shows: async (page) => {
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
        await expect(page.locator('[data-state="unreachable"], [data-state="denied"]')).toHaveCount(0)
      },
    },
    {
      state: 'loading',
      path,
      script: { [main]: 'silence' },
      shows: async (page) => {
        if (loading === undefined) await expect(page.locator('[data-state="loading"]').first()).toBeVisible()
        else await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      },
    },
    ...('none' in empty
      ? []
      : [
          {
            state: empty.state,
            path,
            script: empty.script,
            shows:
              empty.state === 'good'
                ? async (page: Page) => {
                    await expect(page.getByText(empty.says)).toBeVisible()
                  }
                : says(empty.state, empty.says),
          },
        ]),
    ...('none' in filtered
      ? []
      : [
          {
            state: 'filtered to nothing',
            path: filtered.path,
            script: filtered.script,
            shows: async (page: Page) => {
              const panel = page.locator('[data-state="filtered"]')
              await expect(panel.getByRole('button', { name: filtered.clear })).toBeVisible()
            },
          },
        ]),
    {
      state: 'denied',
      path,
      script: {
        [main]: {
          problem: 'permission-denied',
          detail: `local operator does not have the permission ${permission}.`,
        },
      },
      shows: says('denied', permission),
    },
    {
      state: 'unreachable',
      path,
      script: {
        [main]: { problem: 'broker-unreachable', detail: 'No broker of local answered within 2 s.' },
      },
      shows: says('unreachable', /No broker of local answered within 2 s\. Since \d\d:\d\d:\d\d/),
    },
  ]
}

for (const one of pages)
  test(`${one.name}: every state of its panel says what it is, and axe finds nothing`, async ({ page }) => {
    const api = await scriptApi(page, good)
    const found: string[] = []
    for (const { state, path, script, shows } of stepsOf(one))
      await test.step(state, async () => {
        api.change({ ...good, ...script })
        await page.goto(path)
        await shows(page)
        found.push(...(await faultsOf(page, state)))
      })
    expect(found).toEqual([])
  })
