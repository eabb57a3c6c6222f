import type { TopicSettingCatalogue } from '#server/contracts/topics.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { explainSetting, knownSettings, settingChoices } from '#server/domain/topic-settings.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

/** What one must know to make a topic: settings with what they do, how many brokers there are, and whether one may. */
export const listTopicSettings = async (
  _deps: Deps,
  connection: Connection,
  call: Call,
): Promise<Result<TopicSettingCatalogue, Fault>> => {
  const [described, capabilities] = await Promise.all([
    connection.broker.describe(call),
    connection.broker.capabilities(call),
  ])
  if (!described.ok) return fail(faultOf(described.error))
  return succeed({
    settings: knownSettings.map((name) => ({
      name,
      explanation: explainSetting(name) ?? '',
      choices: [...settingChoices(name)],
    })),
    brokers: described.value.brokers,
    mayCreate: capabilities['create-topics'],
  })
}
