import Type, { type TSchema } from 'typebox'

/** Names in paths and bodies. The regular expression also keeps verbs (`name:stop`) apart from names in the router. */
export const NAME_PATTERN = '^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$'
/** The same for the router, which ends a parameter at the next `:` or `/` by itself. */
export const N = '(^[a-z0-9-]+$)'

export const Name = Type.String({ pattern: NAME_PATTERN, maxLength: 100, examples: ['orders-per-minute'] })
export const Labels = Type.Record(Type.String({ minLength: 1, maxLength: 63 }), Type.String({ maxLength: 255 }), {
  maxProperties: 64,
})
export const Duration = Type.String({ pattern: '^[0-9]{1,6}(ms|s|m)$', examples: ['30s'] })

export const WorkspaceParams = Type.Object({ ws: Name })
export const PageQuery = {
  page_size: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|100)$', description: 'At most 100; 50 without it.' })),
  page_token: Type.Optional(Type.String({ maxLength: 512 })),
}
export const DryRun = {
  dry_run: Type.Optional(Type.Enum(['true', 'false'], { description: 'Validate everything and write nothing.' })),
}
export const Wait = {
  wait: Type.Optional(Type.String({ pattern: '^[0-9]{1,2}s$', description: 'Long-poll at most this long (up to 60s).' })),
  for: Type.Optional(
    Type.String({ pattern: '^[A-Z_]{1,32}$', description: 'The phase to wait for; any resting phase ends the wait too.' }),
  ),
}

export const MetadataInput = Type.Object(
  {
    name: Name,
    labels: Type.Optional(Labels),
    annotations: Type.Optional(Labels),
  },
  { additionalProperties: false },
)

/** Read-only fields of a resource are accepted and ignored in PUT and PATCH, so that what was read can be sent back. */
export const ReadOnlyMetadata = {
  name: Type.Optional(Type.String()),
  uid: Type.Optional(Type.String()),
  resource_name: Type.Optional(Type.String()),
  self: Type.Optional(Type.String()),
  created_at: Type.Optional(Type.String()),
  updated_at: Type.Optional(Type.String()),
  generation: Type.Optional(Type.Integer()),
}

/** Body that creates a resource: name and spec. */
export function createBody<S extends TSchema>(spec: S) {
  return Type.Object(
    {
      api_version: Type.Optional(Type.String()),
      kind: Type.Optional(Type.String()),
      metadata: MetadataInput,
      spec,
      status: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: false },
  )
}

/** Body of a PUT: what GET answered can be sent back; read-only fields and status are ignored. */
export function putBody<S extends TSchema>(spec: S) {
  return Type.Object(
    {
      api_version: Type.Optional(Type.String()),
      kind: Type.Optional(Type.String()),
      metadata: Type.Optional(
        Type.Object(
          { ...ReadOnlyMetadata, labels: Type.Optional(Labels), annotations: Type.Optional(Labels) },
          { additionalProperties: false },
        ),
      ),
      spec,
      status: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: false },
  )
}

const NullableLabels = Type.Record(
  Type.String({ minLength: 1, maxLength: 63 }),
  Type.Union([Type.String({ maxLength: 255 }), Type.Null()]),
)

/** JSON Merge Patch of a resource; null removes a label. */
export function patchBody<S extends TSchema>(spec: S) {
  return Type.Object(
    {
      api_version: Type.Optional(Type.String()),
      kind: Type.Optional(Type.String()),
      metadata: Type.Optional(
        Type.Object(
          { ...ReadOnlyMetadata, labels: Type.Optional(NullableLabels), annotations: Type.Optional(NullableLabels) },
          { additionalProperties: false },
        ),
      ),
      spec: Type.Optional(spec),
      status: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: false },
  )
}

/** Shared schemas under their component names in the OpenAPI document. */
export const PositionSchema = Type.Object({
  line: Type.Integer(),
  column: Type.Integer(),
  end_line: Type.Integer(),
  end_column: Type.Integer(),
})
export const ProblemDetailSchema = Type.Object(
  {
    pointer: Type.Optional(Type.String()),
    code: Type.String(),
    detail: Type.String(),
    hint: Type.Optional(Type.String()),
    docs: Type.Optional(Type.String()),
    severity: Type.Optional(Type.Enum(['error', 'warning', 'info'])),
    position: Type.Optional(PositionSchema),
  },
  { $id: 'ProblemDetail' },
)
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    suggestion: Type.String(),
    request_id: Type.String(),
    errors: Type.Optional(Type.Array(Type.Ref('ProblemDetail#'))),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details with a code of the catalogue.' },
)
export const MetadataSchema = Type.Object(
  {
    name: Type.String(),
    uid: Type.String(),
    resource_name: Type.String(),
    self: Type.String(),
    created_at: Type.String(),
    updated_at: Type.String(),
    generation: Type.Integer(),
    labels: Type.Record(Type.String(), Type.String()),
    annotations: Type.Record(Type.String(), Type.String()),
  },
  { $id: 'Metadata' },
)
export const ListMetadataSchema = Type.Object({ next: Type.Union([Type.String(), Type.Null()]) }, { $id: 'ListMetadata' })

/** A resource's schema under its own name, and its list's. */
export function resourceSchemas(kind: string, shape: { readonly spec: TSchema; readonly status: TSchema }) {
  const resource = Type.Object(
    {
      api_version: Type.String(),
      kind: Type.Literal(kind),
      metadata: Type.Ref('Metadata#'),
      spec: shape.spec,
      status: shape.status,
    },
    { $id: kind },
  )
  return { resource, list: listSchema(kind) }
}

export function listSchema(kind: string) {
  return Type.Object(
    {
      api_version: Type.String(),
      kind: Type.Literal(`${kind}List`),
      metadata: Type.Ref('ListMetadata#'),
      data: Type.Array(Type.Ref(`${kind}#`)),
    },
    { $id: `${kind}List` },
  )
}

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Type.Ref('Problem#') } },
})
/** Answers of an operation that creates: 201, or 200 with what would have been created when it was a dry run. */
export const created = <S extends TSchema>(resource: S) => ({ 200: resource, 201: resource })

/** The error answers every operation may give. */
export const problems = {
  400: problem('The request is not valid.'),
  401: problem('No valid credential.'),
  403: problem('A permission or a quota is missing.'),
  404: problem('There is no such resource, or it may not be seen.'),
  409: problem('The request conflicts with the state of the resource.'),
  429: problem('Too many requests.'),
  500: problem('Something went wrong on our side.'),
  503: problem('Not available right now.'),
}
export const preconditionProblems = {
  412: problem('The resource has changed.'),
  428: problem('If-Match is required.'),
}

export const pageSize = (query: { readonly page_size?: string | undefined }): number => Number(query.page_size ?? 50)
