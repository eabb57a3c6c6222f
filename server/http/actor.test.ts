import { expect, it } from 'vitest'
import { actorOf, localOperator, mayNot } from './actor.ts'

const header = 'x-forwarded-user'
const naming = (name: string) => new Headers({ [header]: name })

it('a name in a header says nothing unless it is configured: anybody could send it', () => {
  expect(actorOf(naming('anna'), undefined)).toBe(localOperator)
})

it('whom the login in front names is who asks', () => {
  const anna = actorOf(naming(' anna '), header)
  expect(anna.name).toBe('anna')
  expect(mayNot(anna, 'replays:run')).toBeNull()
  const umlaut = Buffer.from('jürgen').toString('latin1')
  expect(actorOf(naming(umlaut), header).name).toBe('jürgen')
})

it('a request past the login may ask for the health and nothing else', () => {
  for (const request of [new Headers(), naming('  ')]) {
    const actor = actorOf(request, header)
    expect(mayNot(actor, 'health:read')).toBeNull()
    expect(mayNot(actor, 'topics:read')).toMatchObject({ code: 'permission-denied' })
    expect(mayNot(actor, 'topics:read')?.detail).toContain('SPILLWAY_USER_HEADER')
  }
})
