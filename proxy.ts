import { type NextRequest, NextResponse } from 'next/server'
import { build, buildHeader } from '#server/contracts/build.ts'
import { problemOf, problemResponse } from '#server/http/error-table.ts'
import { guardRequest } from '#server/http/guard-request.ts'
import { readKnownHosts } from '#server/known-hosts.ts'

const knownHosts = readKnownHosts(process.env.SPILLWAY_ALLOWED_HOSTS)

/** Every request passes here first, pages and files included: foreign hosts and foreign writes go no further. */
export const proxy = (request: NextRequest): Response => {
  const refusal = guardRequest(request, knownHosts)
  if (refusal) return problemResponse(problemOf(refusal.code, refusal.detail))
  // Next's router throws on an escape that is none, and its answer would be a bare 500.
  return isReadable(request.nextUrl.pathname)
    ? NextResponse.next({ headers: { [buildHeader]: build } })
    : NextResponse.rewrite(new URL('/_not-found', request.url), { status: 404 })
}

const isReadable = (path: string): boolean => {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
