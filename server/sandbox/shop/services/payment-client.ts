import type { Order } from '../codecs.ts'
import { bucketOf } from '../service-kit.ts'

export class PaymentProviderError extends Error {
  override readonly name = 'PaymentProviderError'
}
export class CardDeclinedException extends Error {
  override readonly name = 'CardDeclinedException'
}

type ProviderAnswer = { readonly reference: string; readonly card?: { readonly last4: string } }

/** The provider's client library. With the bug on, it reads the card of an answer that has none: wallet payments. */
export class PaymentClient {
  readonly #hasBug: () => boolean

  constructor(hasBug: () => boolean) {
    this.#hasBug = hasBug
  }

  async charge(order: Order): Promise<{ readonly reference: string; readonly note: string }> {
    if (bucketOf(`decline ${order.orderId}`, 33) === 0)
      throw new CardDeclinedException(`card refused by issuer for ${order.orderId}`)
    try {
      return this.#read(order, await this.#ask(order))
    } catch (cause) {
      throw new PaymentProviderError(`charging ${order.orderId} failed`, { cause })
    }
  }

  #read(order: Order, answer: ProviderAnswer) {
    if (order.payment === 'WALLET' && !this.#hasBug()) return { reference: answer.reference, note: 'wallet' }
    if (order.payment === 'INVOICE') return { reference: answer.reference, note: 'invoice' }
    // biome-ignore lint/style/noNonNullAssertion: this is the bug that the shop is broken with
    return { reference: answer.reference, note: `card ending ${answer.card!.last4}` }
  }

  async #ask(order: Order): Promise<ProviderAnswer> {
    await new Promise((resolve) => setTimeout(resolve, 5 + bucketOf(order.orderId, 15)))
    const reference = `pay-${bucketOf(order.orderId, 1_000_000)}`
    return order.payment === 'CARD' ? { reference, card: { last4: '4242' } } : { reference }
  }
}
