import { download } from '#server/http/download.ts'
import { downloadOperations } from '#server/http/download-operations.ts'

export const GET = download(downloadOperations.exportAudit)
