import type { KeyLook, KeyStory } from '#server/contracts/key-story.ts'

const lastLook = (pages: readonly KeyStory[], side: 'newer' | 'older'): KeyLook | null =>
  pages.findLast((page) => page[side] !== null)?.[side] ?? null

/** Where the next look goes on, in either direction; null when there is nothing further. */
export const furtherOf = (pages: readonly KeyStory[]): { newer?: string; older?: string } | null => {
  const [newer, older] = [
    lastLook(pages, 'newer')?.goOnFrom ?? null,
    lastLook(pages, 'older')?.goOnFrom ?? null,
  ]
  if (newer === null && older === null) return null
  return { ...(newer === null ? {} : { newer }), ...(older === null ? {} : { older }) }
}

const sumLooks = (pages: readonly KeyStory[], side: 'newer' | 'older'): KeyLook | null => {
  const last = lastLook(pages, side)
  const total = (what: 'messages' | 'bytes') =>
    pages.reduce((sum, page) => sum + BigInt(page[side]?.[what] ?? 0), 0n).toString()
  return last && { ...last, messages: total('messages'), bytes: total('bytes') }
}

/** The answers of several looks as one: events newest first, each once; how far was looked in all. Undefined without any. */
export const mergeKeyStory = (pages: readonly KeyStory[]): KeyStory | undefined => {
  const [first] = pages
  if (!first) return undefined
  const events = pages.flatMap((page) => page.events).sort((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0))
  return {
    ...first,
    events,
    newer: sumLooks(pages, 'newer'),
    older: sumLooks(pages, 'older'),
    degraded: pages.at(-1)?.degraded ?? [],
  }
}
