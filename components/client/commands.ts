export type CommandId = keyof typeof commands
export type Command = {
  readonly title: string
  readonly keys: string
  /** Another key that does the same, where a part of the page handles it. */
  readonly also?: string
  readonly section: 'Go to' | 'View' | 'Lists' | 'Message' | 'Failure group' | 'Trace'
}

/** Every command with its keys: the palette, the help and the hotkeys read this table. Keys in sequence are apart by a space. */
export const commands = {
  'go-overview': { title: 'Go to Overview', keys: 'g o', section: 'Go to' },
  'go-dead-letters': { title: 'Go to Dead letters', keys: 'g d', section: 'Go to' },
  'go-replays': { title: 'Go to Replays', keys: 'g r', section: 'Go to' },
  'go-topics': { title: 'Go to Topics', keys: 'g t', section: 'Go to' },
  'go-messages': { title: 'Go to Search messages', keys: 'g m', section: 'Go to' },
  'go-groups': { title: 'Go to Consumer groups', keys: 'g g', section: 'Go to' },
  'go-traces': { title: 'Go to Traces', keys: 'g s', section: 'Go to' },
  'go-schemas': { title: 'Go to Schemas', keys: 'g h', section: 'Go to' },
  'go-connection': { title: 'Go to Connection', keys: 'g c', section: 'Go to' },
  'go-audit': { title: 'Go to Audit', keys: 'g a', section: 'Go to' },
  'open-palette': { title: 'Find a page, topic, group, key or trace', keys: 'Ctrl+K', section: 'View' },
  'open-help': { title: 'Show all keys', keys: '?', section: 'View' },
  'add-mark': { title: 'Set a mark on the charts', keys: 'Shift+M', section: 'View' },
  'toggle-theme': { title: 'Switch between light and dark', keys: 'Shift+D', section: 'View' },
  'toggle-density': { title: 'Switch between dense and comfortable rows', keys: 'Shift+R', section: 'View' },
  'toggle-live': { title: 'Let new rows come by themselves, or wait', keys: 'Shift+L', section: 'View' },
  'toggle-rail': { title: 'Fold or unfold the navigation', keys: 'Shift+N', section: 'View' },
  'row-down': { title: 'Next row', keys: 'j', also: '↓', section: 'Lists' },
  'row-up': { title: 'Row before', keys: 'k', also: '↑', section: 'Lists' },
  'row-open': { title: 'Open the row, or its details; again: its page', keys: 'Enter', section: 'Lists' },
  'row-page': { title: 'A page of rows further; PageUp back', keys: 'PageDown', section: 'Lists' },
  'row-first': { title: 'First row; End goes to the last', keys: 'Home', section: 'Lists' },
  'row-choose': { title: 'Choose the row', keys: 'Space', also: 'x', section: 'Lists' },
  'row-range': { title: 'Choose a range of rows', keys: 'Shift+↓', section: 'Lists' },
  'open-details': { title: 'Open the details beside the list as a page', keys: 'o', section: 'Lists' },
  'go-back': { title: 'Leave the field, close the details, back', keys: 'Esc', section: 'Lists' },
  'focus-filter': { title: 'Filter the list', keys: '/', section: 'Lists' },
  'message-menu': { title: 'Copy the message, or produce it again', keys: 'm', section: 'Message' },
  'same-key-before': { title: 'Message before of the same key', keys: '[', section: 'Message' },
  'same-key-next': { title: 'Next message of the same key', keys: ']', section: 'Message' },
  'raw-bytes': { title: 'Raw bytes of the value', keys: 'b', section: 'Message' },
  'tail-pause': { title: 'Pause the live tail, or go on', keys: 'Shift+P', section: 'Message' },
  'group-state': { title: 'Change the state', keys: 'i', section: 'Failure group' },
  'group-note': { title: 'Write a note', keys: 'w', section: 'Failure group' },
  'next-error': { title: 'Next error', keys: 'e', section: 'Trace' },
  'next-hop': { title: 'Next message hop', keys: 'n', section: 'Trace' },
  'hop-before': { title: 'Message hop before', keys: 'p', section: 'Trace' },
} as const satisfies Record<string, Command>
