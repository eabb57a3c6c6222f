import Link from 'next/link'
import { routes } from '../../client/routes.ts'

/** Stands in for every page of a connection that is not configured. */
export const UnknownConnection = ({
  name,
  connections,
}: {
  readonly name: string
  readonly connections: readonly { readonly id: string; readonly name: string }[]
}) => (
  <main className="mx-auto max-w-[640px] p-10" data-state="missing">
    <h1 className="text-title font-strong break-all">
      There is no connection named {name.length > 80 ? `${name.slice(0, 80)}…` : name}
    </h1>
    {connections.length === 0 ? (
      <p className="mt-2">
        No connection is configured. Set <code className="font-mono">KAFKA_BROKERS</code>, or write a{' '}
        <code className="font-mono">spillway.yaml</code>, and start Spillway again.
      </p>
    ) : (
      <>
        <p className="mt-2">These are configured:</p>
        <ul className="mt-1 list-disc pl-5">
          {connections.map((one) => (
            <li key={one.id}>
              <Link href={routes.overview(one.id)} className="link underline">
                {one.name}
              </Link>
            </li>
          ))}
        </ul>
      </>
    )}
  </main>
)
