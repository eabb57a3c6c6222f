/** Longer numbers, and such with a larger exponent, are not read exactly: their digits would take too long. */
const mostDigits = 1_000
/** Digits of a quotient that does not end. */
const quotientDigits = 40n

const tenTo = (exponent: number): bigint => 10n ** BigInt(exponent)

type Parts = { readonly unscaled: bigint; readonly scale: number }

const numberPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

const partsOf = (text: string): Parts => {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = numberPattern.exec(text) ?? []
  const digits = BigInt(`${whole}${fraction}` || '0')
  const unscaled = sign === '-' ? -digits : digits
  const scale = fraction.length - Number(exponent)
  return scale < 0 ? { unscaled: unscaled * tenTo(-scale), scale: 0 } : { unscaled, scale }
}

/**
 * A decimal number of any precision, as JSON and the Common Expression Language write it. Its digits are laid out when
 * it is first compared: most fields of a message never are.
 */
export class Decimal {
  readonly #text: string
  #parts: Parts | null = null

  private constructor(text: string, parts: Parts | null) {
    this.#text = text
    this.#parts = parts
  }

  /** Null where the text is no number, or has more than 1,000 digits or an exponent beyond 1,000. */
  static read(text: string): Decimal | null {
    if (text.length > mostDigits) return null
    const [matched, , whole = '', fraction = '', exponent = '0'] = numberPattern.exec(text) ?? []
    if (matched === undefined || whole + fraction === '') return null
    return Math.abs(Number(exponent)) > mostDigits ? null : new Decimal(text, null)
  }

  /** A finite double is the shortest decimal that reads as it (ECMA-262, Number::toString). */
  static of(value: Decimal | bigint | number): Decimal {
    if (value instanceof Decimal) return value
    if (typeof value === 'bigint') return new Decimal('', { unscaled: value, scale: 0 })
    if (!Number.isFinite(value)) throw new RangeError(`${value} is no decimal number`)
    return new Decimal(String(value), null)
  }

  get #value(): Parts {
    this.#parts ??= partsOf(this.#text)
    return this.#parts
  }

  /** Less than 0, 0, or more than 0. Exact. */
  compare(other: Decimal): number {
    const [a, b] = this.#aligned(other)
    return a < b ? -1 : a > b ? 1 : 0
  }

  add(other: Decimal): Decimal {
    const [a, b, scale] = this.#aligned(other)
    return new Decimal('', { unscaled: a + b, scale })
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negate())
  }

  negate(): Decimal {
    const { unscaled, scale } = this.#value
    return new Decimal('', { unscaled: -unscaled, scale })
  }

  multiply(other: Decimal): Decimal {
    const [a, b] = [this.#value, other.#value]
    return new Decimal('', { unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale })
  }

  /** To 40 digits behind those of its parts, cut off. Throws where the divisor is 0. */
  divide(other: Decimal): Decimal {
    const [a, b, scale] = this.#aligned(other)
    if (b === 0n) throw new RangeError('division by zero')
    return new Decimal('', {
      unscaled: (a * 10n ** (quotientDigits + BigInt(scale))) / b,
      scale: Number(quotientDigits) + scale,
    })
  }

  /** Without what stands behind the point. */
  truncate(): bigint {
    const { unscaled, scale } = this.#value
    return unscaled / tenTo(scale)
  }

  /** Whether there is nothing behind the point. */
  isWhole(): boolean {
    const { unscaled, scale } = this.#value
    return unscaled % tenTo(scale) === 0n
  }

  toNumber(): number {
    return Number(this.toString())
  }

  /** As it was written; a result without the zeros at its end. */
  toString(): string {
    if (this.#text !== '') return this.#text
    const { unscaled, scale } = this.#value
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
    const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
    const whole = digits.slice(0, digits.length - scale)
    const sign = unscaled < 0n ? '-' : ''
    return scale === 0 || fraction === '' ? `${sign}${whole || '0'}` : `${sign}${whole}.${fraction}`
  }

  #aligned(other: Decimal): [bigint, bigint, number] {
    const [a, b] = [this.#value, other.#value]
    const scale = Math.max(a.scale, b.scale)
    return [a.unscaled * tenTo(scale - a.scale), b.unscaled * tenTo(scale - b.scale), scale]
  }
}
