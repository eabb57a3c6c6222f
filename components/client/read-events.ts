export type ServerEvent = { readonly id: string | null; readonly data: string }

/**
 * Cuts a Server-Sent Events stream (WHATWG HTML, "Parsing an event stream") into events. Comments keep the connection
 * alive and give nothing. Feed it pieces as they come; it keeps what is not whole yet.
 */
export const makeEventReader = (): ((piece: string) => ServerEvent[]) => {
  let rest = ''
  return (piece) => {
    rest += piece
    const blocks = rest.split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    return blocks.flatMap((block) => {
      let id: string | null = null
      const data: string[] = []
      for (const line of block.split(/\r?\n/)) {
        const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
        if (field === 'id') id = value
        if (field === 'data') data.push(value)
      }
      return data.length === 0 ? [] : [{ id, data: data.join('\n') }]
    })
  }
}
