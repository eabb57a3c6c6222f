import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkTopicName, collidingTopic } from './topic-name-rules.ts'

const character = fc.constantFrom(...'abcXYZ019._-')

describe('names of topics', () => {
  it('of allowed characters are allowed up to their length', () => {
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 260 }), (characters) => {
        const name = characters.join('')
        const isAllowed = name.length <= 249 && name !== '.' && name !== '..'
        expect(checkTopicName(name) === null).toBe(isAllowed)
      }),
    )
  })
  it('with any other character are refused, by that character', () => {
    expect(checkTopicName('or ders')).toMatch(/^A space is not allowed/)
    expect(checkTopicName('ordérs')).toMatch(/^“é” is not allowed/)
    expect(checkTopicName('a/b')).toMatch(/^“\/” is not allowed/)
    expect(checkTopicName('')).toBe('A topic needs a name.')
  })
  it('collide when they differ only in dots and underscores', () => {
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 20 }), (characters) => {
        const name = characters.join('')
        const other = name.replaceAll('.', '_')
        expect(collidingTopic(name, [other, 'unlike'])).toBe(other === name ? null : other)
        expect(collidingTopic(name, [`${other}x`])).toBeNull()
      }),
    )
  })
})
