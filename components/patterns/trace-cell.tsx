import Link from 'next/link'
import { routes } from '../client/routes.ts'

/** The trace of a row, or a dash where none is known. */
export const TraceCell = ({
  connection,
  traceId,
}: {
  readonly connection: string
  readonly traceId: string | null
}) =>
  traceId === null ? (
    <span className="text-faint">–</span>
  ) : (
    <Link href={routes.trace(connection, traceId)} className="link">
      trace
    </Link>
  )
