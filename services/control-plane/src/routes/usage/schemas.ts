import Type from 'typebox'

const Instant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?Z)?$',
  examples: ['2026-03-01T00:00:00Z'],
})

export const UsageQuery = {
  from: Type.Optional(Instant),
  to: Type.Optional(Instant),
  granularity: Type.Optional(Type.Enum(['minute', 'hour', 'day', 'month', 'total'])),
  group_by: Type.Optional(
    Type.String({
      pattern: '^[a-z_]+(,[a-z_]+)*$',
      maxLength: 100,
      description: 'workspace, compute_pool, statement, principal',
    }),
  ),
}
export const UsageFilters = {
  workspace: Type.Optional(Type.String({ maxLength: 100 })),
  compute_pool: Type.Optional(Type.String({ maxLength: 100 })),
  statement: Type.Optional(Type.String({ maxLength: 100 })),
}

const Line = Type.Object({
  start: Type.String(),
  group: Type.Record(Type.String(), Type.String()),
  sku: Type.String(),
  quantity: Type.String({ description: 'A whole number of `unit`.' }),
  unit: Type.String(),
  cu_minutes: Type.Optional(Type.Number({ description: 'For the sku cu: the quantity in CU-minutes.' })),
  amount: Type.String({ description: 'Money with six decimals.' }),
  currency: Type.String(),
})
const Unbilled = Type.Object({
  group: Type.Record(Type.String(), Type.String()),
  sku: Type.String(),
  quantity: Type.String({ description: 'A whole number of `unit`.' }),
  unit: Type.String(),
  cu_minutes: Type.Number(),
})
export const UsageSchema = Type.Object(
  {
    from: Type.String(),
    to: Type.String(),
    granularity: Type.String(),
    lines: Type.Array(Line),
    totals: Type.Array(Type.Object({ currency: Type.String(), amount: Type.String(), cu_minutes: Type.Number() })),
    unbilled: Type.Array(Unbilled, {
      description:
        'Held by running statements and not in the ledger yet: minutes that are not over, estimated to the last second heard of, without a price. Never part of `lines` or `totals`; add it to them for the use up to now.',
    }),
  },
  { $id: 'Usage', description: 'Sums of the immutable ledger, the same rows the invoice is made of.' },
)
