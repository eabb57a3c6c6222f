import Link from 'next/link'
import type { GroupingPreview } from '#server/contracts/failure-grouping.ts'
import { routes } from '../../client/routes.ts'
import { formatCount, sayMany } from '../../patterns/quantity.ts'

/** What rules would make of the failure groups: how many, which come together, and which fall apart. */
export const PreviewOfGrouping = ({
  preview,
  connection,
}: {
  readonly preview: GroupingPreview
  readonly connection: string
}) => {
  const { now, after, merged, split, lookedAt, total, gone, merging, splitting } = preview
  return (
    <div role="status" className="flex flex-col gap-2">
      <p className="font-strong">
        These rules would make {sayMany(after, 'group')} of the {formatCount(now)} you have:{' '}
        {formatCount(merged)} would merge, {formatCount(split)} would split.
      </p>
      <p className="text-small text-muted">
        Told from{' '}
        {lookedAt === total
          ? `all ${sayMany(total, 'letter')}`
          : `the ${formatCount(lookedAt)} newest of ${sayMany(total, 'letter')}, some of each group`}
        {gone === 0
          ? '.'
          : `; of ${formatCount(gone)} the record is deleted, so that only the index and the stack of their group tell.`}
      </p>
      {merging.length === 0 ? null : (
        <div>
          <h3 className="font-strong">Would become one</h3>
          <ul className="mt-1 flex flex-col gap-2">
            {merging.map(({ groups }) => (
              <li key={groups.map(({ id }) => id).join()} className="border-l-2 border-line pl-2">
                {groups.map(({ id, title, letters }) => (
                  <Link
                    key={id}
                    href={routes.failureGroup(connection, id)}
                    className="link block truncate"
                    title={title}
                  >
                    {title} <span className="text-muted">{formatCount(letters)}</span>
                  </Link>
                ))}
              </li>
            ))}
          </ul>
        </div>
      )}
      {splitting.length === 0 ? null : (
        <div>
          <h3 className="font-strong">Would fall apart</h3>
          <ul className="mt-1 flex flex-col gap-2">
            {splitting.map(({ group, into }) => (
              <li key={group.id} className="border-l-2 border-line pl-2">
                <Link href={routes.failureGroup(connection, group.id)} className="link block truncate">
                  {group.title} <span className="text-muted">{formatCount(group.letters)}</span>
                </Link>
                {into.map(({ title, letters }, at) => (
                  <span key={at} className="block truncate pl-3 text-small" title={title}>
                    → {title} <span className="text-muted">{formatCount(letters)} of those looked at</span>
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
