import { type Permission, permissions } from '#server/contracts/permissions.ts'
import { readEnv } from '#server/env.ts'
import type { Actor } from '#server/services/deps.ts'
import type { Fault } from '#server/services/fault.ts'

/** Who asks as long as no login is configured: whoever reaches loopback, with all permissions. */
export const localOperator: Actor = { name: 'local operator', permissions: new Set(permissions) }

/** A request that names nobody where a login is to name who asks: it came past that login. Only health is told. */
const nobody: Actor = { name: 'nobody', permissions: new Set<Permission>(['health:read']) }

const longestName = 200

/**
 * Who sends a request: whom the login in front of Spillway names in the header SPILLWAY_USER_HEADER, with all
 * permissions. Without that setting the header says nothing, since anybody could send it.
 */
export const actorOf = (
  headers: Pick<Headers, 'get'>,
  header: string | undefined = readEnv().SPILLWAY_USER_HEADER,
): Actor => {
  if (header === undefined) return localOperator
  // A header's bytes arrive as Latin-1, whatever they are.
  const name = Buffer.from(headers.get(header) ?? '', 'latin1')
    .toString('utf8')
    .trim()
  return name === '' ? nobody : { name: name.slice(0, longestName), permissions: localOperator.permissions }
}

/** The fault of asking without the permission, or null. */
export const mayNot = (actor: Actor, permission: Permission): Fault | null => {
  if (actor.permissions.has(permission)) return null
  return {
    code: 'permission-denied',
    detail:
      actor === nobody
        ? 'The request names nobody: the login in front of Spillway does that (SPILLWAY_USER_HEADER).'
        : `${actor.name} does not have the permission ${permission}.`,
  }
}
