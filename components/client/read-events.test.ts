import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeEventReader } from './read-events.ts'

it('events are the same however the stream is cut', () => {
  const stream = 'retry: 1000\n\n: alive\n\nid: 1\ndata: {"a":1}\n\nid: 2\ndata: x\ndata: y\n\n'
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 8 }), (cuts) => {
      const read = makeEventReader()
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length]
      const events = at.flatMap((end, index) => (index === 0 ? [] : read(stream.slice(at[index - 1], end))))
      expect(events).toEqual([
        { id: '1', data: '{"a":1}' },
        { id: '2', data: 'x\ny' },
      ])
    }),
  )
})
