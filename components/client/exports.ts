'use client'
import { useSyncExternalStore } from 'react'
import { downloadAddresses } from '#server/contracts/addresses.ts'
import { apiAddress } from '#server/contracts/api-address.ts'
import type { ExportMessagesQuery, ExportProgress } from '#server/contracts/export-messages.ts'
import { callEndpoint } from './call-endpoint.ts'
import { download } from './download.ts'
import { endpoints } from './endpoints.ts'
import { problemOfError } from './problem-error.ts'

export type ExportAsked = Omit<ExportMessagesQuery, 'exportId'> & { readonly connection: string }

/** One export that this page has begun. The browser writes its file; the server tells how far it is. */
export type FollowedExport = {
  readonly id: string
  readonly asked: ExportAsked
  readonly beganAt: number
  /** Null until its download has reached the server. */
  readonly progress: ExportProgress | null
  /** Nothing more is to be learned of it. */
  readonly isOver: boolean
  readonly isCancelling: boolean
  /** Why it can not be followed, for the moment or for good. */
  readonly unheard: string | null
}

const askAgainMs = 500
/** A download that has not reached the server by then will not. */
const beginMs = 20_000
/** A server that has been silent so long is not waited for. */
const silentMs = 60_000

let list: readonly FollowedExport[] = []
const none: readonly FollowedExport[] = []
const listeners = new Set<() => void>()

const set = (next: readonly FollowedExport[]): void => {
  list = next
  for (const listener of listeners) listener()
}
const change = (id: string, more: Partial<FollowedExport>): void =>
  set(list.map((one) => (one.id === id ? { ...one, ...more } : one)))
const find = (id: string): FollowedExport | undefined => list.find((one) => one.id === id)

const sameAsked = (a: ExportAsked, b: ExportAsked): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Whether the same export is being written for this page. */
export const isExporting = (exports: readonly FollowedExport[], asked: ExportAsked): boolean =>
  exports.some((one) => !one.isOver && sameAsked(one.asked, asked))

/** 128 random bits; `randomUUID` is not there on a page without TLS. */
const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Begins an export and follows it. The same one does not begin twice. */
export const beginExport = (asked: ExportAsked): void => {
  if (isExporting(list, asked)) return
  const id = newId()
  const { connection, ...query } = asked
  set([
    ...list,
    { id, asked, beganAt: Date.now(), progress: null, isOver: false, isCancelling: false, unheard: null },
  ])
  download(apiAddress(downloadAddresses.exportMessages.path, { connection }, { ...query, exportId: id }))
  void follow(id, connection)
}

const follow = async (id: string, connection: string): Promise<void> => {
  let heardAt = Date.now()
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, askAgainMs))
    const one = find(id)
    if (!one || one.isOver) return
    try {
      const progress = await callEndpoint(endpoints.showExport, { params: { connection, id } })
      heardAt = Date.now()
      change(id, { progress, isOver: progress.endedAt !== null, unheard: null })
    } catch (error) {
      const { code, detail, title, status } = problemOfError(error)
      const silence = Date.now() - heardAt
      if (code === 'not-found') {
        if (one.progress !== null)
          change(id, {
            isOver: true,
            unheard:
              'The process that was asked does not know this export: it was started since, or another process writes the file. The browser shows whether the download goes on. A file without a report in its last line was cut short.',
          })
        else if (silence > beginMs)
          change(id, {
            isOver: true,
            unheard:
              'Its download has not reached the server in 20 s. The browser may ask whether this page may download, or forbid it.',
          })
      } else if (status < 500 || silence > silentMs)
        change(id, {
          isOver: true,
          unheard: `${title}: ${detail} A file without a report in its last line was cut short.`,
        })
      else change(id, { unheard: `${title}: ${detail} It is asked again.` })
    }
  }
}

/** Cancels an export; its file keeps what it holds. */
export const cancelExport = async (id: string): Promise<void> => {
  const one = find(id)
  if (!one || one.isOver || one.isCancelling) return
  change(id, { isCancelling: true })
  try {
    await callEndpoint(endpoints.cancelExport, { params: { connection: one.asked.connection, id } })
  } catch (error) {
    const { code, detail } = problemOfError(error)
    // It has ended meanwhile: the next answer tells how.
    if (code !== 'conflict') change(id, { isCancelling: false, unheard: `Not cancelled: ${detail}` })
  }
}

/** Takes an export off the page. One that is written goes on in the browser. */
export const dismissExport = (id: string): void => set(list.filter((one) => one.id !== id))

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** The exports that this page has begun, until they are taken off it. */
export const useExports = (): readonly FollowedExport[] =>
  useSyncExternalStore(
    subscribe,
    () => list,
    () => none,
  )
