import { registerBrokenOrder, registerContracts, registryUrlOf } from './codecs.ts'
import type { Control } from './control.ts'

const checkEveryMs = 10_000

const knows = async (subject: string): Promise<boolean> => {
  const answer = await fetch(`${registryUrlOf()}/subjects/${subject}/versions`, {
    signal: AbortSignal.timeout(5_000),
  })
  return answer.status !== 404
}

/**
 * A registry that keeps schemas in memory has forgotten them when it comes back: they are registered anew, in the same
 * order, which gives them the same ids.
 */
export const keepContracts = (control: Control): (() => void) => {
  let hasBroken = control.isBroken('schema-change')
  control.onChange(() => {
    hasBroken ||= control.isBroken('schema-change')
  })
  const check = async (): Promise<void> => {
    if (await knows('orders-value')) return
    await registerContracts()
    if (hasBroken) await registerBrokenOrder()
    console.log('shop: the registry had forgotten the contracts; they are registered again')
  }
  // While the registry is away there is nothing to say: the next check comes soon.
  const timer = setInterval(() => void check().catch(() => {}), checkEveryMs)
  return () => clearInterval(timer)
}
