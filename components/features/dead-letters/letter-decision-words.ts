import type { DecidedLetters } from '#server/contracts/letter-decisions.ts'

const reasons = {
  'being-replayed': 'a replay is working on',
  settled: 'a replay has settled',
  'so-already': 'stood so already',
} as const satisfies Record<DecidedLetters['left'][number]['why'], string>

/** Which letters were left as they are: `2 were left: a replay is working on them`. */
export const sayLeft = (left: DecidedLetters['left']): string =>
  left
    .map(({ why, count }) => {
      const letters = count === 1 ? '1 was left as it is' : `${count} were left as they are`
      return why === 'so-already'
        ? `${letters}: ${count === 1 ? 'it' : 'they'} ${reasons[why]}.`
        : `${letters}: ${reasons[why]} ${count === 1 ? 'it' : 'them'}.`
    })
    .join(' ')
