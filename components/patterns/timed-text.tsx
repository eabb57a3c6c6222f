import { splitMoments } from './moments-in-text.ts'
import { Time } from './time.tsx'

/**
 * A sentence of the server with the moments in it shown as all others are: in the chosen zone, UTC in their titles.
 * `<TimedText text={item.proof} />`
 */
export const TimedText = ({ text }: { readonly text: string }) =>
  splitMoments(text).map(({ at, text: piece }, index) =>
    at === null ? piece : <Time key={index} at={at} short />,
  )
