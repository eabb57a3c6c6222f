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
  <div className="flex min-w-0 flex-col gap-3">
    <LetterDeath data={data} connection={connection} />
    <LetterPayload data={data} connection={connection} />
    {data.record ? (
      <Section title={`Headers (${data.record.headers.length})`} padded={false}>
        <HeaderList headers={data.record.headers} />
      </Section>
    ) : null}
  </div>
)

/** The stack of a letter's failure, and the record that died. */
export const LetterOrigin = ({ data, connection }: Props) => (
  <div className="flex min-w-0 flex-col gap-3">
    {data.stackLines.length > 0 ? (
      <Section title="Stack" padded={false}>
        <StackView lines={data.stackLines} />
      </Section>
    ) : null}
    <LetterOriginRecord data={data} connection={connection} />
  </div>
)
