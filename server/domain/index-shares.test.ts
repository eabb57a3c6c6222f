import fc from 'fast-check'
import { expect, it } from 'vitest'
import { belongsTo, indexShares, sharesOf } from './index-shares.ts'

const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 7 })

it('gives each share to exactly one of the living workers, and each about as many', () => {
  fc.assert(
    fc.property(fc.string(), names, (connection, workers) => {
      const owned = workers.map((worker) => sharesOf(connection, worker, workers))
      expect(
        owned
          .flat()
          .map(({ at }) => at)
          .sort(),
      ).toEqual(indexShares.map(({ at }) => at))
      const counts = owned.map((shares) => shares.length)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }),
  )
})

it('knows a worker that has not been seen yet, and the order of the others does not matter', () => {
  fc.assert(
    fc.property(fc.string(), names, fc.string(), (connection, workers, own) => {
      const shares = sharesOf(connection, own, workers)
      expect(sharesOf(connection, own, [own, ...workers.toReversed()])).toEqual(shares)
    }),
  )
})

it('puts each partition into exactly one share, and neighbours into different ones', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(10_000), (topic, partition) => {
      const owner = (number: number) => indexShares.filter((share) => belongsTo(share, topic, number))
      expect(owner(partition)).toHaveLength(1)
      expect(owner(partition)).not.toEqual(owner(partition + 1))
    }),
  )
})
