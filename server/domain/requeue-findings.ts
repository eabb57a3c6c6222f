/** What only a plan that requeues waiting records may find. */
export const requeueFindings = {
  'not-waiting': {
    severity: 'refused',
    sentence: 'do not wait any more',
    one: 'does not wait any more',
  },
  'waiting-gone': {
    severity: 'refused',
    sentence: 'are not in their topic: retention has deleted them, or nothing was ever written there',
    one: 'is not in its topic: retention has deleted it, or nothing was ever written there',
  },
  'retry-unknown': {
    severity: 'refused',
    sentence:
      'wait by another convention than the others, or by none that is known: nothing tells how to make a copy of them due',
    one: 'waits by another convention than the others, or by none that is known: nothing tells how to make a copy of it due',
  },
  'other-origin': {
    severity: 'refused',
    sentence: 'began in another topic than this chain',
  },
  'read-again': {
    severity: 'warning',
    sentence: 'stay in their topic, for Kafka takes no single message away',
    one: 'stays in its topic, for Kafka takes no single message away',
    consent:
      'Processing them twice does no harm, or the group is stopped and moved past them before they are due',
    consentToOne:
      'Processing it twice does no harm, or the group is stopped and moved past it before it is due',
  },
  'originals-unknown': {
    severity: 'warning',
    sentence: 'may have been read or be read again by groups that the broker did not tell of',
    consent: 'Nobody else reads this retry topic, or processing them twice does no harm',
    consentToOne: 'Nobody else reads this retry topic, or processing it twice does no harm',
  },
  'due-soon': {
    severity: 'warning',
    sentence: 'are due within a minute: those that are read before their copies are sent are left out',
    one: 'is due within a minute: if it is read before its copy is sent it is left out',
  },
  'nobody-reads': {
    severity: 'warning',
    sentence: 'wait in a topic that no group reads: without this nobody would try them again',
    one: 'waits in a topic that no group reads: without this nobody would try it again',
  },
} as const
