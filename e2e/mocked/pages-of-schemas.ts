import * as schemas from './answers-of-schemas.ts'
import { missing, oneThing, type PageCase } from './page-case.ts'

/** Pages of schemas. */
export const pagesOfSchemas: readonly PageCase[] = [
  {
    name: 'schemas',
    path: '/local/schemas',
    main: 'listSubjects',
    empty: {
      state: 'empty',
      script: { listSubjects: { body: schemas.subjectsOf() } },
      says: 'The registry has no subjects',
    },
    filtered: {
      path: '/local/schemas?q=nothing',
      script: { listSubjects: { body: schemas.subjectsOf() } },
      clear: 'Clear filter',
    },
  },
  {
    name: 'subject',
    path: '/local/schemas/orders-value',
    main: 'showSubject',
    empty: missing('showSubject', 'subject orders-value'),
    filtered: oneThing,
  },
  {
    name: 'schema version',
    path: '/local/schemas/orders-value/versions/7',
    main: 'showSchemaVersion',
    empty: missing('showSchemaVersion', 'version 7 of orders-value'),
    filtered: oneThing,
  },
  {
    name: 'comparison of two versions',
    path: '/local/schemas/orders-value/compare?from=6&to=7',
    main: 'compareSchemaVersions',
    empty: missing('compareSchemaVersions', 'version 6 of orders-value'),
    filtered: oneThing,
  },
  {
    name: 'plan of a schema deletion',
    path: '/local/schemas/orders-value/deletion',
    main: 'planSchemaDeletion',
    empty: missing('planSchemaDeletion', 'subject orders-value'),
    filtered: oneThing,
  },
  {
    name: 'schema by its id',
    path: '/local/schema-ids/27',
    main: 'showSchemaId',
    empty: {
      state: 'good',
      script: {
        showSchemaId: { body: { ...schemas.schemaId, schema: null, places: { value: [], why: null } } },
      },
      says: 'The registry has no schema with the id 27.',
    },
    filtered: oneThing,
  },
  {
    name: 'draft of a schema',
    path: '/local/schema-draft?subject=orders-value',
    main: 'showSchemaVersion',
    empty: { none: 'a subject that is not there is a new one, whose draft is blank' },
    filtered: oneThing,
  },
  {
    name: 'schema of a topic',
    path: '/local/topics/orders?tab=schema',
    main: 'showTopicSchemas',
    empty: missing('showTopicSchemas', 'topic named orders'),
    filtered: oneThing,
  },
]
