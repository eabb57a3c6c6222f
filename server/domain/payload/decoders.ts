import type { Decoder } from './decoder.ts'
import { schemaDecoders } from './decoders/by-schema.ts'
import { cborDecoder } from './decoders/cbor.ts'
import { configuredProtoDecoder } from './decoders/configured-proto.ts'
import { cloudEventDecoder, jsonDecoder } from './decoders/json.ts'
import { kafkaRecordDecoder } from './decoders/kafka-records.ts'
import { messagePackDecoder } from './decoders/messagepack.ts'
import { hexDecoder, integerDecoder, textDecoder } from './decoders/plain.ts'
import { xmlDecoder } from './decoders/xml.ts'

/** The chain: the first that can read the bytes is taken. The last can read any. */
export const decoders: readonly Decoder[] = [
  kafkaRecordDecoder,
  ...schemaDecoders,
  cloudEventDecoder,
  configuredProtoDecoder,
  jsonDecoder,
  messagePackDecoder,
  cborDecoder,
  xmlDecoder,
  textDecoder,
  integerDecoder,
  hexDecoder,
]
