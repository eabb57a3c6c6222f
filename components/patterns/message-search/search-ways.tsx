import type { MessageStreamQuery, SearchOrder } from '#server/contracts/message-stream.ts'
import { Select } from '../../ui/select.tsx'

type Isolation = NonNullable<MessageStreamQuery['isolation']>

/** In which order a search goes, and whether records of open and aborted transactions are shown. */
export const SearchWays = ({
  order,
  isolation,
  onChange,
}: {
  readonly order: SearchOrder
  readonly isolation: Isolation
  readonly onChange: (ways: { readonly order?: SearchOrder; readonly isolation?: Isolation }) => void
}) => (
  <>
    <Select
      aria-label="Order"
      quiet
      value={order}
      onChange={(event) => onChange({ order: event.target.value === 'oldest' ? 'oldest' : 'newest' })}
    >
      <option value="newest">Newest first</option>
      <option value="oldest">Oldest first</option>
    </Select>
    <Select
      aria-label="Transactions"
      quiet
      value={isolation}
      title="Uncommitted: records of transactions that are open or were aborted are shown too, and marked."
      onChange={(event) =>
        onChange({ isolation: event.target.value === 'uncommitted' ? 'uncommitted' : 'committed' })
      }
    >
      <option value="committed">Committed</option>
      <option value="uncommitted">Uncommitted too</option>
    </Select>
  </>
)
