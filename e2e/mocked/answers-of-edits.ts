import { letterOf, messageDetail, minutesAgo, textSide } from './answers-of-messages.ts'
import { checkOf } from './answers-of-produce.ts'
import { plan } from './answers-of-replays.ts'
import type { Answer } from './script-api.ts'

type Form = Answer<'showLetterEdit'>
const goodSide = checkOf().value
const header = (name: string, text: string): Form['message']['headers'][number] => ({
  name,
  text,
  encoding: 'text',
  meaning: null,
  raw: Buffer.from(text).toString('base64'),
})
const before = textSide('{\n  "amount": "12"\n}', { kind: 'json', isJson: true })
const after = textSide('{\n  "amount": 12\n}', { kind: 'json', isJson: true })

/** A letter with a header of each kind. */
export const editForm: Form = {
  letter: letterOf(7),
  message: {
    ...messageDetail,
    key: textSide('order-7'),
    value: before,
    headers: [
      header('ce_id', 'order-7-1'),
      header('tenant', 'acme'),
      header('correlation-id', 'c-12'),
      header('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
      header('kafka_dlt-exception-message', 'card refused'),
    ],
  },
  headerRules: [
    { rule: 'new-id', why: 'an edited message is another message' },
    { rule: 'free', why: '' },
    { rule: 'warned', why: 'an answer finds its question by it' },
    { rule: 'locked', why: 'it ties the message to its trace' },
    { rule: 'left-out', why: 'it tells of a death' },
  ],
  payloadAt: { topic: 'orders-dlt', position: letterOf(7).position },
  mode: 'approved',
  refusal: null,
}

const changes: NonNullable<Answer<'checkLetterEdit'>['changes']> = {
  key: null,
  value: { before, after },
  headers: [
    { kind: 'changed', before: header('ce_id', 'order-7-1'), after: header('ce_id', 'b7f0') },
    { kind: 'added', before: null, after: header('x-replay-edited', 'orders-dlt@2@7') },
    { kind: 'lost', before: header('tenant', 'acme'), after: null },
  ],
  sameHeaders: 2,
}
export const editCheck: Answer<'checkLetterEdit'> = {
  key: goodSide,
  value: goodSide,
  headers: [],
  problems: [],
  warnings: ['correlation-id is changed: an answer finds its question by it.'],
  changes,
  mayPlan: true,
}
export const wrongEditCheck: Answer<'checkLetterEdit'> = {
  ...editCheck,
  value: {
    ...goodSide,
    problems: [{ path: 'amount', message: 'must be a whole number, is the text "12"' }],
  },
  headers: [{ index: 1, message: 'is not base64' }],
  problems: [],
  warnings: [],
  changes: null,
  mayPlan: false,
}

type Approval = NonNullable<NonNullable<Answer<'showReplayPlan'>['edit']>['approval']>
/** The plan of an edited letter, with what a second person has said. */
export const editedPlan = (approval: Partial<Approval> | null): Answer<'showReplayPlan'> => ({
  ...plan,
  total: 1,
  ready: 1,
  edit: {
    letterId: '7',
    source: { topic: 'orders-dlt', position: '2@7' },
    payloadAt: { topic: 'orders-dlt', position: '2@7' },
    editor: 'anna',
    editedAt: minutesAgo(2),
    changes,
    hash: '1MN0uqvQ4nWQbpTqXgZ4zqv0hQm0oS3mZ2r0i8bX0kA',
    approval:
      approval === null
        ? null
        : {
            state: 'waiting',
            by: null,
            at: null,
            reason: '',
            forgottenAt: minutesAgo(-43_198),
            refusal: null,
            ...approval,
          },
  },
})
export const waitingEdits: Answer<'listEdits'> = {
  edits: [
    {
      planId: '7',
      letterId: '7',
      title: 'CardDeclinedException, edited',
      editor: 'anna',
      editedAt: minutesAgo(12),
      forgottenAt: minutesAgo(-43_188),
      targets: ['orders'],
    },
  ],
}
