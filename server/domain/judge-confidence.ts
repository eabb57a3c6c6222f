import { titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { ConfidenceLevel } from '#server/contracts/conventions.ts'
import type { DecodedDeadLetter } from './dead-letter.ts'
import type { FoundOrigin } from './dead-letter-origin.ts'
import { mayBeTopicId } from './topic-identity.ts'

export type Evidence = {
  readonly decoded: DecodedDeadLetter | null
  readonly origin: FoundOrigin
  /** The topic that holds the letter. */
  readonly topic: string
}

type Case = {
  readonly level: ConfidenceLevel
  readonly holds: (evidence: Evidence) => boolean
  readonly say: (evidence: Evidence) => string
}

const titleOf = ({ decoded }: Evidence): string => titleOfConvention(decoded?.convention ?? 'unrecognised')
/** A share group names the id of a topic whose name it does not know. */
const looksLikeId = ({ decoded }: Evidence): boolean =>
  decoded?.mayPoint === true && mayBeTopicId(decoded.death.originTopic?.value ?? '')
const missingPosition = ({ decoded }: Evidence): string[] => [
  ...(decoded?.death.originPartition ? [] : ['partition']),
  ...(decoded?.death.originOffset ? [] : ['offset']),
]
const notAsked =
  'The configuration of Connect workers and share groups is not asked; an origin can be named in spillway.yaml under deadLetterOrigins.'

/** What is known of the origin and how it became known: the first case that holds. */
const cases: readonly Case[] = [
  {
    level: 'none',
    holds: ({ origin }) => origin.originTopic === null,
    say: (evidence) =>
      `${
        evidence.decoded
          ? `The headers of ${titleOf(evidence)} do not name the topic where it died`
          : 'None of its headers is of a convention that is known'
      }, and the name ${evidence.topic} tells nothing either. ${notAsked}`,
  },
  {
    level: 'guess',
    holds: ({ origin }) => origin.originTopic?.from === 'topic-name',
    say: (evidence) =>
      `Only the name ${evidence.topic} tells that it comes from ${evidence.origin.originTopic?.value}; its headers do not say where it died, and at which position is not known. ${notAsked}`,
  },
  {
    level: 'likely',
    holds: ({ origin }) => origin.originTopic?.from === 'mapping',
    say: ({ origin, topic }) =>
      `spillway.yaml says that letters in ${topic} come from ${origin.originTopic?.value}; their headers do not say where they died.`,
  },
  {
    level: 'likely',
    holds: ({ decoded }) => decoded?.hasCommonNames === true,
    say: (evidence) => `Its headers are those of ${titleOf(evidence)}, but applications use such names, too.`,
  },
  {
    level: 'certain',
    holds: (evidence) =>
      looksLikeId(evidence) &&
      evidence.origin.originTopic?.value !== evidence.decoded?.death.originTopic?.value,
    say: ({ decoded, origin }) =>
      `The broker wrote the id of the topic, ${decoded?.death.originTopic?.value}: it is that of ${origin.originTopic?.value}.`,
  },
  {
    level: 'likely',
    holds: looksLikeId,
    say: ({ decoded }) =>
      `${decoded?.death.originTopic?.value} looks like the id of a topic: the broker writes it where it does not know the name.`,
  },
  {
    level: 'likely',
    holds: ({ decoded }) => /-repartition$/.test(decoded?.death.originTopic?.value ?? ''),
    say: ({ decoded }) =>
      `It died behind a repartition: ${decoded?.death.originTopic?.value} is a topic of the application itself, and its key may be another than that of the message that came in.`,
  },
  {
    level: 'likely',
    holds: (evidence) => missingPosition(evidence).length > 0,
    say: (evidence) =>
      `The headers of ${titleOf(evidence)} name the topic; its ${missingPosition(evidence).join(' and ')} ${missingPosition(evidence).length > 1 ? 'are' : 'is'} missing or not readable.`,
  },
  {
    level: 'likely',
    holds: ({ decoded }) => (decoded?.conventions.length ?? 0) > 1,
    say: ({ decoded }) => {
      const [newest = '', ...others] = (decoded?.conventions ?? []).map(titleOfConvention)
      return `It carries headers of ${[newest, ...others].join(' and ')}; ${newest} is taken for the one that gave up last, by their places in the record and the name of its topic.`
    },
  },
  {
    level: 'certain',
    holds: ({ decoded }) => decoded?.convention.startsWith('configured:') === true,
    say: (evidence) => `Its headers are those that spillway.yaml describes as ${titleOf(evidence)}.`,
  },
  {
    level: 'certain',
    holds: () => true,
    say: (evidence) =>
      `Topic, partition and offset stand in headers of ${titleOf(evidence)}, which nobody else writes.`,
  },
]

const caseOf = (evidence: Evidence): Case | undefined => cases.find(({ holds }) => holds(evidence))

/** How sure the origin of a letter is. */
export const judgeConfidence = (evidence: Evidence): ConfidenceLevel => caseOf(evidence)?.level ?? 'none'

/** Why it is so sure, in a sentence or two. */
export const sayConfidence = (evidence: Evidence): string => caseOf(evidence)?.say(evidence) ?? ''
