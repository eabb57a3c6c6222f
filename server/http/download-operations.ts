import { downloads } from '#server/contracts/downloads.ts'
import { exportAudit } from '#server/services/export-audit.ts'
import { exportMessages } from '#server/services/export-messages.ts'
import { readPayload } from '#server/services/read-payload.ts'
import { reportReplay } from '#server/services/report-replay.ts'
import type { DownloadOperation } from './download.ts'

/** Every download of the API with the use case that opens it, by name. */
export const downloadOperations: {
  readonly [Name in keyof typeof downloads]: DownloadOperation<(typeof downloads)[Name]>
} = {
  readPayload: {
    download: downloads.readPayload,
    open: ({ deps, connection, params, query, call }) =>
      readPayload(deps, connection, { ...params, ...query }, call),
  },
  exportMessages: {
    download: downloads.exportMessages,
    open: ({ deps, connection, query, call }) => exportMessages(deps, connection, query, call),
  },
  exportAudit: {
    download: downloads.exportAudit,
    open: ({ deps, query, call }) => exportAudit(deps, query, call),
  },
  reportReplay: {
    download: downloads.reportReplay,
    open: ({ deps, connection, params, query, call }) =>
      reportReplay(deps, connection, { id: params.id, ...query }, call),
  },
}
