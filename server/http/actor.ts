import { type Permission, permissions } from '#server/contracts/permissions.ts'
import type { Actor } from '#server/services/deps.ts'
import type { Fault } from '#server/services/fault.ts'

/** Who asks as long as no login is configured: whoever reaches loopback, with all permissions. */
export const localOperator: Actor = { name: 'local operator', permissions: new Set(permissions) }

/** The fault of asking without the permission, or null. */
export const mayNot = (actor: Actor, permission: Permission): Fault | null =>
  actor.permissions.has(permission)
    ? null
    : { code: 'permission-denied', detail: `${actor.name} does not have the permission ${permission}.` }
