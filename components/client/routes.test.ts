import { describe, expect, it } from 'vitest'
import { apiAddress } from '#server/contracts/api-address.ts'
import { routes } from './routes.ts'

describe('addresses', () => {
  it('carry names with any character', () => {
    expect(routes.topic('local', 'a/b c?d')).toBe('/local/topics/a%2Fb%20c%3Fd')
    expect(routes.message('local', 'orders', '3@88213')).toBe('/local/topics/orders/messages/3%4088213')
  })
  it('leave out what is not set', () => {
    expect(routes.topic('local', 'orders', {})).toBe('/local/topics/orders')
    expect(
      apiAddress('/api/{connection}/topics', { connection: 'local' }, { q: '', limit: 5, sort: undefined }),
    ).toBe('/api/local/topics?limit=5')
  })
})
