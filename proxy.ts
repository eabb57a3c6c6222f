import { type NextRequest, NextResponse } from 'next/server'
import { problemOf, problemResponse } from '#server/http/error-table.ts'
import { guardRequest } from '#server/http/guard-request.ts'
import { readKnownHosts } from '#server/known-hosts.ts'

const knownHosts = readKnownHosts(process.env.SPILLWAY_ALLOWED_HOSTS)

/** Every request passes here first, pages and files included: foreign hosts and foreign writes go no further. */
export const proxy = (request: NextRequest): Response => {
  const refusal = guardRequest(request, knownHosts)
  return refusal ? problemResponse(problemOf(refusal.code, refusal.detail)) : NextResponse.next()
}
