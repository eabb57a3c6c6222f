import { unknownOperation } from '#server/http/unknown-operation.ts'

export {
  unknownOperation as DELETE,
  unknownOperation as GET,
  unknownOperation as PATCH,
  unknownOperation as POST,
  unknownOperation as PUT,
}
