import { isIPv6 } from 'node:net'

/** `scheme://user@host:port`, as far as the path; hosts with an IPv6 address stand in brackets. */
const authority =
  /\b([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/?#@"'<>()]{1,200}@)?(?:\[[0-9a-f:.%]{2,60}\]|[^\s/?#,;:|()[\]{}"'<>]{1,253})(?::[0-9*]{1,5})?/gi
const emailAddress = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w-])/g
/** `host/10.0.0.7:9092`, as Java writes the address of a socket. */
const socketAddress = /(?<![\w./*-])[\w.-]{0,253}\/(?=(?:\d{1,3}\.){3}\d{1,3}(?!\w))/g
/** What Node and the C library say of a name that they could not resolve. */
const unresolved = /\b(ENOTFOUND|EAI_AGAIN) [\w.-]{1,253}/g
/** Perhaps an IPv6 address: what stands between two colons is that of classes and times, too. */
const hexGroups =
  /(?<![\w:.*])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?:%\w{1,15})?(?![\w:*])/gi
/** Names of several labels in lower case, with a port or without: hosts, but also packages, files and fields. */
const dottedName =
  /(?<![\w.*@/\\$-])([a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){1,10})(:\d{2,5})?(?![\w(*-]|\.\w)/g
/** Kubernetes: `<deployment>-<hash>-<suffix>` and `<job>-<suffix>`, in the letters that it makes names of. */
const podOfDeployment =
  /(?<![\w.*])([a-z0-9][a-z0-9-]{0,240})-[bcdf-hj-np-tv-xz2456789]{6,10}-[bcdf-hj-np-tv-xz2456789]{5}(?![\w-])/g
const podOfOthers =
  /(?<![\w.*])([a-z][a-z0-9-]{0,240})-(?=[a-z]*\d)(?=\d*[a-z])[bcdf-hj-np-tv-xz2456789]{5}(?![\w-])/g

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))
/** Ends of names that only hosts of a company's own network have. */
const ownEnds = words('internal local localdomain lan corp intranet svc consul arpa')
const publicEnds = words(
  'com net org io dev cloud app eu de at ch fr nl be es it pl se no dk fi cz uk us ca br in jp cn au gov edu info biz',
)
/** Packages and namespaces begin with the end of a name. */
const packageRoots = words(
  'com org net io dev de edu gov java javax jakarta kotlin kotlinx scala groovy sun jdk',
)
const fileEnds = words(
  'js mjs cjs jsx ts mts cts tsx java kt kts scala groovy py pyc rb go php cs fs vb rs c cc cpp h hpp swift ex exs erl clj lua sh sql json xml yaml yml toml html txt log jar so dll exe proto avsc csv',
)

const isHost = (name: string, hasPort: boolean): boolean => {
  const labels = name.split('.')
  const [first = ''] = labels
  const last = labels.at(-1) ?? ''
  // Numbers are replaced anyway, and of them alone nobody knows whether they are a version.
  if (!/[a-z]/.test(last) || fileEnds.has(last) || packageRoots.has(first)) return false
  if (ownEnds.has(last)) return true
  if (labels.length > 2 && (hasPort || publicEnds.has(last))) return true
  // `order.amount:1250` is a field and its value.
  return hasPort && (publicEnds.has(last) || /[\d-]/.test(name))
}

/**
 * Replaces hosts by `*`: authorities of URLs, addresses, names of hosts and what differs between pods. What may as well be
 * a class, a file, a field or a word stays.
 */
const maskHosts = (message: string): string => {
  let text = message
  if (text.includes('://')) text = text.replace(authority, '$1*')
  if (text.includes('@')) text = text.replace(emailAddress, '*')
  if (text.includes('/')) text = text.replace(socketAddress, '')
  if (text.includes('ENOTFOUND') || text.includes('EAI_AGAIN')) text = text.replace(unresolved, '$1 *')
  if (text.includes(':'))
    text = text.replace(hexGroups, (found) => (/\d/.test(found) && isIPv6(found) ? '*' : found))
  if (text.includes('.'))
    text = text.replace(dottedName, (found, name: string, port?: string) =>
      isHost(name, port !== undefined) ? '*' : found,
    )
  if (text.includes('-')) text = text.replace(podOfDeployment, '$1-*').replace(podOfOthers, '$1-*')
  return text
}

/** Replaces what varies between two messages of one failure (hosts, UUIDs, hex ids, quoted text, numbers) with `*`. */
export const normaliseMessage = (message: string): string =>
  maskHosts(message)
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '*')
    .replace(/"[^"]*"|'[^']*'/g, '*')
    .replace(/\b(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '*')
    .replace(/\d+(?:[.,:]\d+)*/g, '*')
