import { describe, expect, it } from 'vitest'
import { readDemoOptions } from './demo-options.ts'

describe('the demo', () => {
  it('has defaults for everything', () => {
    expect(readDemoOptions([])).toEqual({ reset: false, help: false, shop: true, port: 8080, rate: 5 })
  })
  it('takes ports and rates from arguments before the environment', () => {
    expect(readDemoOptions(['--port', '9000'], { PORT: '7000', SHOP_RATE: '50' })).toMatchObject({
      port: 9000,
      rate: 50,
    })
  })
  it('says what is wrong with an argument, and what there is', () => {
    expect(() => readDemoOptions(['--port', 'http'])).toThrow(
      '--port must be a number from 1 to 65535, not "http".',
    )
    expect(() => readDemoOptions(['--resett'])).toThrow(/--reset {8}begin anew/)
  })
})
