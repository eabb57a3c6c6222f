import { type Address, endpointAddresses, streamAddresses } from '#server/contracts/addresses.ts'
import type { Endpoint, endpoints as endpointContracts } from '#server/contracts/endpoints.ts'
import type { Stream, streams as streamContracts } from '#server/contracts/streams.ts'

/** The address of an operation with, as a type alone, its contract: what checks an answer does not load with the page. */
export type Known<C extends Endpoint | Stream> = Address & { readonly contract?: C }

type EndpointContracts = typeof endpointContracts
type StreamContracts = typeof streamContracts

/** The operations of the API as a page calls them. */
export const endpoints: { readonly [N in keyof EndpointContracts]: Known<EndpointContracts[N]> } =
  endpointAddresses

/** The streams of the API as a page reads them. */
export const streams: { readonly [N in keyof StreamContracts]: Known<StreamContracts[N]> } = streamAddresses
