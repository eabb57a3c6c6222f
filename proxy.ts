import { type NextRequest, NextResponse } from 'next/server'
import { problemOf, problemResponse } from '#server/http/error-table.ts'
import { guardRequest, readAllowedHosts } from '#server/http/guard-request.ts'

const allowedHosts = readAllowedHosts(process.env.SPILLWAY_ALLOWED_HOSTS)

/** Every request passes here first, pages and files included: foreign hosts and foreign writes go no further. */
export const proxy = (request: NextRequest): Response => {
  const refusal = guardRequest(request, allowedHosts)
  return refusal ? problemResponse(problemOf(refusal.code, refusal.detail)) : NextResponse.next()
}
