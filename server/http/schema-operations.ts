import type { schemaEndpoints } from '#server/contracts/schema-endpoints.ts'
import { compareSchemaVersions } from '#server/services/compare-schema-versions.ts'
import { deleteSchema } from '#server/services/delete-schema.ts'
import { listSubjects } from '#server/services/list-subjects.ts'
import { planSchemaDeletion } from '#server/services/plan-schema-deletion.ts'
import { registerSchema } from '#server/services/register-schema.ts'
import { sampleSchemasNow } from '#server/services/sample-schemas-now.ts'
import { setCompatibility } from '#server/services/set-compatibility.ts'
import { showRegistry } from '#server/services/show-registry.ts'
import { showSchemaId } from '#server/services/show-schema-id.ts'
import { showSchemaVersion } from '#server/services/show-schema-version.ts'
import { showSubject } from '#server/services/show-subject.ts'
import { showTopicSchemas } from '#server/services/show-topic-schemas.ts'
import { testSchema } from '#server/services/test-schema.ts'
import type { Operation } from './operation.ts'

type Runs = {
  readonly [Name in keyof typeof schemaEndpoints]: Operation<(typeof schemaEndpoints)[Name]>['run']
}

/** The use cases behind the operations on the schema registry. */
export const schemaRuns: Runs = {
  listSubjects: ({ deps, connection, query, call }) => listSubjects(deps, connection, query, call),
  showRegistry: ({ connection, call }) => showRegistry(connection, call),
  showSubject: ({ deps, connection, params, call }) => showSubject(deps, connection, params.subject, call),
  showSchemaVersion: ({ deps, connection, params, call }) =>
    showSchemaVersion(deps, connection, params, call),
  compareSchemaVersions: ({ deps, connection, params, query, call }) =>
    compareSchemaVersions(deps, connection, { subject: params.subject, ...query }, call),
  showSchemaId: ({ deps, connection, params, call }) =>
    showSchemaId(deps, connection, Number(params.id), call),
  showTopicSchemas: ({ deps, connection, params, call }) =>
    showTopicSchemas(deps, connection, params.topic, call),
  testSchema: ({ deps, connection, params, body, call }) =>
    testSchema(deps, connection, { subject: params.subject, ...body }, call),
  registerSchema: ({ deps, connection, actor, params, body, call }) =>
    registerSchema(deps, connection, actor, { subject: params.subject, ...body }, call),
  planSchemaDeletion: ({ deps, connection, params, query, call }) =>
    planSchemaDeletion(deps, connection, { subject: params.subject, ...query }, call),
  deleteSchema: ({ deps, connection, actor, params, body, call }) =>
    deleteSchema(deps, connection, actor, { subject: params.subject, ...body }, call),
  setSubjectCompatibility: ({ deps, connection, actor, params, body, call }) =>
    setCompatibility(deps, connection, actor, { subject: params.subject, ...body }, call),
  setAllCompatibility: ({ deps, connection, actor, body, call }) =>
    setCompatibility(deps, connection, actor, { subject: null, ...body }, call),
  sampleSchemas: ({ deps, connection, body, call }) => sampleSchemasNow(deps, connection, body, call),
}
