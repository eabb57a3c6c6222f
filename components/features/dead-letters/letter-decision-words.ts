import type { DecidedLetters } from '#server/contracts/letter-decisions.ts'

const reasons = {
  'being-replayed': 'a replay is working on',
  settled: 'a replay has settled',
  'so-already': 'stood so already',
  'decided-meanwhile': 'decided on otherwise meanwhile',
} as const satisfies Record<DecidedLetters['left'][number]['why'], string>

/** Which letters were left as they are: `2 were left: a replay is working on them`. */
export const sayLeft = (left: DecidedLetters['left']): string =>
  left
    .map(({ why, count, by }) => {
      const letters = count === 1 ? '1 was left as it is' : `${count} were left as they are`
      const names = by.length === 0 ? '' : ` by ${by.join(', ')}`
      switch (why) {
        case 'so-already':
          return `${letters}: ${count === 1 ? 'it' : 'they'} ${reasons[why]}${names}.`
        case 'decided-meanwhile':
          return `${letters}: ${count === 1 ? 'it was' : 'they were'} ${reasons[why]}${names}. Look again before you decide.`
        default:
          return `${letters}: ${reasons[why]} ${count === 1 ? 'it' : 'them'}.`
      }
    })
    .join(' ')
