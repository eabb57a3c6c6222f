import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { beginVerification, endVerification, sayVerification, verifyLine } from './domain/audit-export.ts'

/**
 * Verifies an exported audit, from a file or from standard input (`-`), and says what it has found. With a hash that was
 * kept elsewhere, the chain must end with that entry. Ends with 1 when anything is broken.
 */
const [path, expectedHash] = process.argv.slice(2)
if (path === undefined) {
  console.error('usage: npx node server/verify-audit.ts audit.jsonl [hash of the last entry]')
  process.exitCode = 2
} else {
  try {
    let verification = beginVerification
    const input = path === '-' ? process.stdin : createReadStream(path)
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      verification = verifyLine(verification, line)
    verification = endVerification(verification, expectedHash ?? null)
    console.log(sayVerification(verification))
    if (verification.problem !== null) process.exitCode = 1
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}
