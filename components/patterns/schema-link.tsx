import type { DecodedSide } from '#server/contracts/messages.ts'
import { routes } from '../client/routes.ts'
import { LinkButton } from '../ui/link-button.tsx'

/** The id of Confluent's wire format (magic byte 0, then 32 bits), from the raw bytes as base64; null where there is none. */
const writtenId = (raw: string | null): number | null => {
  if (raw === null) return null
  const head = atob(raw.slice(0, 8))
  if (head.length < 5 || head.charCodeAt(0) !== 0) return null
  const id = [1, 2, 3, 4].reduce((sum, index) => sum * 256 + head.charCodeAt(index), 0)
  return id > 0 && id < 2 ** 31 ? id : null
}

/**
 * From a payload to its contract: the version that its schema id names, and what changed in it. A payload that does not
 * decode leads to its id even where the registry does not know it.
 */
export const SchemaLink = ({
  connection,
  side,
}: {
  readonly connection: string
  readonly side: Pick<DecodedSide, 'schema' | 'problem' | 'raw'>
}) => {
  const { schema, problem, raw } = side
  const id = schema?.id ?? (problem === null ? null : writtenId(raw))
  if (id === null) return null
  const subject = schema?.name ?? null
  const version = schema?.version ?? null
  return (
    // Not a landmark: a letter and its origin each have one.
    <div
      role="group"
      aria-label="Schema of this payload"
      className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5"
    >
      {subject === null || version === null ? (
        <LinkButton size="small" href={routes.schemaId(connection, id)}>
          Schema {id}
        </LinkButton>
      ) : (
        <>
          <LinkButton size="small" href={routes.schemaVersion(connection, subject, version)} title={subject}>
            <span className="max-w-64 truncate">{subject}</span> v{version}
          </LinkButton>
          {version > 1 ? (
            <LinkButton
              size="small"
              href={routes.compareSchemas(connection, subject, { to: String(version) })}
            >
              What changed in v{version}
            </LinkButton>
          ) : null}
        </>
      )}
    </div>
  )
}
