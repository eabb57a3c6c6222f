import { type StackLanguage, stackLanguages } from './stack-languages.ts'

/** A stack trace's facts that identify a failure; absent where the trace does not have them. */
export type StackFacts = {
  /** Class of the innermost cause. */
  readonly rootCause?: string
  /** Message of the innermost cause, its first line. */
  readonly rootMessage?: string
  /** Classes of the exceptions, the innermost cause first. */
  readonly classes: readonly string[]
  /** First frame of the root cause that is not a framework's, without line and column. */
  readonly applicationFrame?: string
}

type Headline = { readonly className: string; readonly message?: string; readonly file?: string }
type Frame = { readonly text: string; readonly isApplication: boolean }

/** What comes after these is not looked at: a trace is of anybody, and patterns take their time over long lines. */
const mostLines = 2_000
const longestLineChars = 1_000

const tidyLine = (line: string): string =>
  (line.length > longestLineChars ? line.slice(0, longestLineChars) : line).trimEnd()

const linesOf = (stack: string): readonly string[] => {
  const lines = stack.split('\n', mostLines)
  if (stack.length <= longestLineChars && !stack.includes('\r')) return lines
  return lines.map(tidyLine)
}

const languageOf = (lines: readonly string[]): StackLanguage | undefined =>
  stackLanguages.find(({ sign }) => lines.some((line) => sign.test(line)))

const readHeadline = ({ headlines }: StackLanguage, line: string): Headline | null => {
  for (const pattern of headlines) {
    const { class: className, message, file } = pattern.exec(line)?.groups ?? {}
    if (className !== undefined)
      return {
        className,
        ...(message === undefined || message === '' ? {} : { message }),
        ...(file === undefined ? {} : { file }),
      }
  }
  return null
}

/** The parts of a frame's line as `what (file)`, or the one that is there. */
const textOf = (what: string | undefined, file: string | undefined): string =>
  what === undefined ? (file ?? '') : file === undefined || file === '' ? what : `${what} (${file})`

/** Traces of one failure have the same frames, and most others share those of the framework. */
const keptFrames = 2_048
const keptFrameChars = 300
const framesByText = new Map<StackLanguage, Map<string, Frame>>(
  stackLanguages.map((language) => [language, new Map()]),
)

const judge = (language: StackLanguage, raw: string): Frame => {
  const kept = framesByText.get(language)
  const known = kept?.get(raw)
  if (known) return known
  if (raw.length > keptFrameChars) return judgeAnew(language, raw)
  // A part of a string keeps the whole of it in memory: what is kept is a copy.
  const text = Buffer.from(raw).toString()
  const frame = judgeAnew(language, text)
  if (kept && kept.size >= keptFrames) kept.clear()
  kept?.set(text, frame)
  return frame
}

const judgeAnew = ({ cleanings, frameworks }: StackLanguage, raw: string): Frame => {
  let text = raw
  for (const [pattern, replacement] of cleanings) text = text.replace(pattern, replacement)
  return { text, isApplication: !frameworks.test(raw) && !frameworks.test(text) }
}

/** Reads frames line by line; what stands on a line may belong to the line before or after it. */
class FrameReader {
  readonly #language: StackLanguage
  /** Where the next called function runs (PHP). */
  #place: string | undefined
  #lineBefore = ''

  constructor(language: StackLanguage) {
    this.#language = language
  }

  begin(file: string | undefined): void {
    this.#place = file
  }

  read(line: string): Frame | null {
    const { frame, shape } = this.#language
    const groups = frame.exec(line)?.groups
    const before = this.#lineBefore
    this.#lineBefore = line
    if (!groups) return null
    const { what, file, alone } = groups
    if (alone !== undefined) return judge(this.#language, alone)
    if (shape === 'after name') return judge(this.#language, textOf(before.trim(), file))
    if (shape === 'self') return judge(this.#language, textOf(what, file))
    const place = this.#place
    this.#place = file
    return judge(this.#language, textOf(what, place))
  }
}

/** Lines that are a frame and nothing else: most of a trace, and the same in many. */
const linesByText = new Map<StackLanguage, Map<string, Frame>>(
  stackLanguages.map((language) => [language, new Map()]),
)

const keepLine = (language: StackLanguage, line: string, frame: Frame): void => {
  const kept = linesByText.get(language)
  if (!kept || line.length > keptFrameChars || language.cause.test(line) || readHeadline(language, line))
    return
  if (kept.size >= keptFrames) kept.clear()
  // A part of a string keeps the whole of it in memory: what is kept is a copy.
  kept.set(Buffer.from(line).toString(), frame)
}

/** What reading a trace has found so far: exceptions in their printed order, and a frame of each group of frames. */
type Found = { headlines: Headline[]; frames: (string | undefined)[] }

type IsIgnored = (frame: string) => boolean

const readLines = (
  language: StackLanguage,
  lines: readonly string[],
  isIgnored?: IsIgnored,
  isBelowHeadline = false,
): Found => {
  const reader = new FrameReader(language)
  let found: Found = { headlines: [], frames: [undefined] }
  let asideIndent: number | null = null
  let hasFrames = false
  const known = language.shape === 'self' ? linesByText.get(language) : undefined
  for (const line of lines) {
    if (asideIndent !== null) {
      if (line.search(/\S/) >= asideIndent) continue
      asideIndent = null
    }
    const plain = known?.get(line)
    if (plain) {
      hasFrames = true
      addFrame(found, language, plain, isIgnored)
      continue
    }
    if (language.aside?.test(line)) {
      asideIndent = line.search(/\S/)
      continue
    }
    if (language.breaks?.test(line)) {
      found = { headlines: [], frames: [undefined] }
      hasFrames = false
      continue
    }
    const isOpen = language.afterFrames
      ? hasFrames
      : (found.headlines.length === 0 && !isBelowHeadline) || language.cause.test(line)
    const headline = isOpen ? readHeadline(language, line) : null
    if (headline) {
      found.headlines.push(headline)
      found.frames.push(undefined)
      hasFrames = false
      reader.begin(headline.file)
    }
    const frame = reader.read(line)
    if (!frame) continue
    hasFrames = true
    addFrame(found, language, frame, isIgnored)
    if (known) keepLine(language, line, frame)
  }
  return found
}

const addFrame = (
  { frames }: Found,
  { thrownAt }: StackLanguage,
  frame: Frame,
  isIgnored: IsIgnored | undefined,
): void => {
  const at = frames.length - 1
  if (!frame.isApplication || isIgnored?.(frame.text) === true) return
  if (thrownAt === 'last' || frames[at] === undefined) frames[at] = frame.text
}

/** What stands below the line of an exception: the same in all traces of one failure, whatever its messages say. */
type Section = { readonly text: string; readonly found: Found }
const keptSections = 512
/** By length: to compare two texts is ten times as fast as to hash one of several kilobytes for a map. */
const sections = new Map<number, Section[]>()
let sectionCount = 0

const readSection = (language: StackLanguage, text: string): Found => {
  const alike = sections.get(text.length)
  const known = alike?.find((section) => section.text === text)
  if (known) return known.found
  const found = readLines(language, text.split('\n', mostLines).map(tidyLine), undefined, true)
  if (sectionCount >= keptSections) {
    sections.clear()
    sectionCount = 0
  }
  // A part of a string keeps the whole of it in memory: what is kept is a copy.
  const section = { text: Buffer.from(text).toString(), found }
  const others = sections.get(text.length)
  if (others) others.push(section)
  else sections.set(text.length, [section])
  sectionCount += 1
  return found
}

/** Traces of these lengths are worth it; of shorter ones lines are read as they stand, see `linesOf`. */
const sectioned = { from: longestLineChars + 1, to: 20_000 }

/**
 * Reads a trace of Java section by section, which is the same as line by line and most often known already. Null where it
 * does not hold: no trace of Java, lines beside the chain that are not indented, an exception that has no name.
 */
const readBySections = (stack: string): Found | null => {
  const [java] = stackLanguages
  if (!java || stack.length < sectioned.from || stack.length > sectioned.to) return null
  const at = stack.indexOf('\n\tat ') + 1
  const end = stack.indexOf('\n', at)
  const frame = at === 0 ? '' : tidyLine(stack.slice(at, end < 0 ? undefined : end))
  if (!java.sign.test(frame) || stack.includes('\nSuppressed: ')) return null
  const found: Found = { headlines: [], frames: [undefined] }
  for (const [no, part] of stack.split('\nCaused by: ').entries()) {
    const below = part.indexOf('\n')
    const first = below < 0 ? part : part.slice(0, below)
    const line = tidyLine(no === 0 ? first : `Caused by: ${first}`)
    const headline = java.aside?.test(line) ? null : readHeadline(java, line)
    if (!headline) return null
    const section =
      below < 0 ? { headlines: [], frames: [undefined] } : readSection(java, part.slice(below + 1))
    found.headlines.push(headline, ...section.headlines)
    found.frames.push(...section.frames)
  }
  return found
}

const rootFirst = <T>(list: readonly T[], order: 'outermost first' | 'root first'): readonly T[] =>
  order === 'root first' ? list : list.toReversed()

/**
 * Reads the root cause and its first application frame from a stack trace as Java, .NET, Node, Python, Go, Ruby or PHP
 * prints it (`stackLanguages`). Where the root cause has framework frames only, the nearest outer exception with an
 * application frame gives it. Frames that `isIgnored` says yes to are none. Never throws; text that is no stack trace
 * gives at most the class it begins with.
 */
export const readStack = (stack: string, isIgnored?: IsIgnored): StackFacts => {
  const [java] = stackLanguages
  // Sections are kept as they read when nothing is ignored.
  const found = isIgnored ? null : readBySections(stack)
  if (found && java) return factsOf(java, found)
  const lines = linesOf(stack)
  const language = languageOf(lines)
  if (!language) {
    const [first = ''] = lines
    const headline = stackLanguages
      .slice(0, 2)
      .reduce<Headline | null>((known, one) => known ?? readHeadline(one, first), null)
    return headline
      ? {
          rootCause: headline.className,
          ...(headline.message === undefined ? {} : { rootMessage: headline.message }),
          classes: [headline.className],
        }
      : { classes: [] }
  }
  return factsOf(language, readLines(language, lines, isIgnored))
}

const factsOf = (language: StackLanguage, { headlines, frames }: Found): StackFacts => {
  const causes = rootFirst(headlines, language.classes)
  const applicationFrame = rootFirst(frames, language.frames).find((frame) => frame !== undefined)
  const [root] = causes
  return {
    ...(root === undefined ? {} : { rootCause: root.className }),
    ...(root?.message === undefined ? {} : { rootMessage: root.message }),
    classes: causes.map(({ className }) => className),
    ...(applicationFrame === undefined ? {} : { applicationFrame }),
  }
}

/** Which of a trace's lines are frames of the application; Go tells a frame by two lines. */
export const markApplicationLines = (stack: string): readonly boolean[] => {
  const lines = linesOf(stack)
  const language = languageOf(lines)
  if (!language) return lines.map(() => false)
  const reader = new FrameReader(language)
  const marks = lines.map((line) => {
    const headline = readHeadline(language, line)
    if (headline?.file !== undefined) reader.begin(headline.file)
    return reader.read(line)?.isApplication === true
  })
  return language.shape === 'after name' ? marks.map((mark, at) => mark || marks[at + 1] === true) : marks
}
