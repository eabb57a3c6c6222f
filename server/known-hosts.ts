/** Names under which requests may be addressed to this machine, lower case and without port. */
export type KnownHosts = ReadonlySet<string>

const loopback = ['localhost', '127.0.0.1', '[::1]']

const hostName = (host: string): string => host.trim().replace(/:\d+$/, '').toLowerCase()

/** Names of loopback and those of SPILLWAY_ALLOWED_HOSTS: comma separated, ports ignored. */
export const readKnownHosts = (setting: string | undefined): KnownHosts =>
  new Set([...loopback, ...(setting ?? '').split(',').map(hostName)].filter((name) => name !== ''))

/**
 * Whether the Host of a request is one that the operator knows. Any web page can make a browser send requests to
 * loopback, also under a name of its own that it has pointed there (DNS rebinding), so every port of Spillway asks this.
 */
export const isKnownHost = (host: string | null | undefined, known: KnownHosts): boolean =>
  known.has(hostName(host ?? ''))
