'use client'
import Link from 'next/link'
import { useState } from 'react'
import type { TopicDetail, TopicSettingRow } from '#server/contracts/topics.ts'
import { routes } from '../../client/routes.ts'
import { Input } from '../../ui/input.tsx'

const sourceWords = {
  topic: 'for this topic',
  'broker-dynamic': 'by the brokers, while running',
  'broker-static': 'in the brokers’ files',
  default: 'default of Kafka',
  unknown: 'not told',
} as const satisfies Record<TopicSettingRow['source'], string>

const fits = ({ name, value, readable, explanation }: TopicSettingRow, words: string): boolean =>
  words
    .toLowerCase()
    .split(/\s+/)
    .every((word) =>
      `${name} ${value ?? ''} ${readable ?? ''} ${explanation ?? ''}`.toLowerCase().includes(word),
    )

const Value = ({
  value,
  readable,
  untold,
}: {
  readonly value: string | null
  readonly readable: string | null
  readonly untold: string
}) => (
  <>
    <span className="font-mono text-small break-all">
      {value === null ? (
        <span className="text-faint">{untold}</span>
      ) : value === '' ? (
        <span className="text-faint">none</span>
      ) : (
        value
      )}
    </span>
    {readable === null ? null : <span className="text-muted"> = {readable}</span>}
  </>
)

/** Settings of a topic: those it sets itself first, each with its default, where it comes from and what it does. */
export const SettingsTable = ({
  data,
  connection,
}: {
  readonly data: TopicDetail['data']
  readonly connection: string
}) => {
  const [words, setWords] = useState('')
  const found = data.config.filter((setting) => fits(setting, words))
  const own = found.filter(({ source }) => source === 'topic')
  const ofBrokers = found.filter(({ source }) => source !== 'topic' && source !== 'default')
  const others = found.filter(({ source }) => source === 'default')
  const mayChange = data.may.changeSettings.state === 'yes'
  const table = (title: string, rows: readonly TopicSettingRow[]) =>
    rows.length === 0 ? null : (
      <tbody>
        <tr>
          <th
            colSpan={4}
            scope="rowgroup"
            className="bg-page px-3 py-1 text-left text-small font-strong text-muted"
          >
            {title} · {rows.length}
          </th>
        </tr>
        {rows.map((setting) => (
          <tr key={setting.name} className="border-t border-line align-top hover:bg-hover">
            <th scope="row" className="px-3 py-1.5 text-left font-normal">
              {mayChange && !setting.isReadOnly ? (
                <Link
                  href={routes.changeTopicSettings(connection, data.name, { setting: setting.name })}
                  className="link font-mono text-small"
                  title={`Change ${setting.name}`}
                >
                  {setting.name}
                </Link>
              ) : (
                <span className="font-mono text-small">{setting.name}</span>
              )}
              {setting.explanation === null ? null : (
                <p className="max-w-[64ch] text-small text-muted">{setting.explanation}</p>
              )}
            </th>
            <td className="px-3 py-1.5">
              <Value value={setting.value} readable={setting.readable} untold="not shown" />
            </td>
            <td className="px-3 py-1.5">
              {setting.source !== 'topic' ? (
                <span className="text-faint">the same</span>
              ) : (
                <Value value={setting.defaultValue} readable={setting.defaultReadable} untold="not told" />
              )}
            </td>
            <td className="px-3 py-1.5 text-muted">{sourceWords[setting.source]}</td>
          </tr>
        ))}
      </tbody>
    )
  return (
    <>
      <div className="border-b border-line p-2">
        <Input
          data-filter
          aria-label="Search the settings"
          placeholder="Search name, value or meaning  /"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          className="w-72"
        />
      </div>
      <div className="overflow-x-auto">
        <table className="w-full min-w-[740px] table-fixed border-collapse">
          <caption className="sr-only">Configuration</caption>
          <colgroup>
            <col className="w-[46%]" />
            <col className="w-[20%]" />
            <col className="w-[18%]" />
            <col className="w-[16%]" />
          </colgroup>
          <thead>
            <tr className="h-8 text-left text-small text-muted">
              <th scope="col" className="px-3 font-normal">
                Setting
              </th>
              <th scope="col" className="px-3 font-normal">
                In force
              </th>
              <th scope="col" className="px-3 font-normal">
                Without the topic’s own
              </th>
              <th scope="col" className="px-3 font-normal">
                Set
              </th>
            </tr>
          </thead>
          {table('Set for this topic', own)}
          {table('Set by the brokers', ofBrokers)}
          {table('Defaults of Kafka', others)}
        </table>
      </div>
      {found.length === 0 ? (
        <p className="px-3 py-4 text-muted">
          {data.config.length === 0
            ? 'The broker did not tell the settings.'
            : 'No setting fits these words.'}
        </p>
      ) : null}
    </>
  )
}
