import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import { HeaderList } from '../../patterns/header-list.tsx'
import { Section } from '../../patterns/section.tsx'
import { StackView } from '../../patterns/stack-view.tsx'
import { LetterDeath } from './letter-death.tsx'
import { LetterOriginRecord } from './letter-origin.tsx'
import { LetterPayload } from './letter-payload.tsx'

type Props = { readonly data: DeadLetterDetail; readonly connection: string }

/** Why a letter died, its payload and its headers. */
export const LetterCause = ({ data, connection }: Props) => (
  <div className="flex min-w-0 flex-col gap-3 max-[1100px]:contents">
    <LetterDeath data={data} connection={connection} />
    <div className="min-w-0 max-[1100px]:order-2">
      <LetterPayload data={data} connection={connection} />
    </div>
    {data.record ? (
      <Section
        title={`Headers (${data.record.headers.length})`}
        padded={false}
        className="max-[1100px]:order-4"
      >
        <HeaderList headers={data.record.headers} />
      </Section>
    ) : null}
  </div>
)

/** The stack of a letter's failure, and the record that died. */
export const LetterOrigin = ({ data, connection }: Props) => (
  <div className="flex min-w-0 flex-col gap-3 max-[1100px]:contents">
    {data.stackLines.length > 0 ? (
      <Section title="Stack" padded={false} className="max-[1100px]:order-1">
        <StackView lines={data.stackLines} />
      </Section>
    ) : null}
    <div className="min-w-0 max-[1100px]:order-3">
      <LetterOriginRecord data={data} connection={connection} />
    </div>
  </div>
)
