/**
 * What each built-in function does, for the reference page and the editor. Apart from the table, so that only those who show
 * it carry it.
 */
import { AGGREGATE_DOCS } from './aggregate-docs.ts'
import { COLLECTION_DOCS } from './collection-docs.ts'
import type { FunctionDocs } from './function-doc.ts'
import { OPERATOR_DOCS } from './operator-docs.ts'
import { STRING_DOCS } from './string-docs.ts'
import { TABLE_DOCS } from './table-docs.ts'
import { TEMPORAL_DOCS } from './temporal-docs.ts'

/** By canonical name. */
export const FUNCTION_DOCS: FunctionDocs = {
  ...OPERATOR_DOCS,
  ...STRING_DOCS,
  ...TEMPORAL_DOCS,
  ...COLLECTION_DOCS,
  ...AGGREGATE_DOCS,
  ...TABLE_DOCS,
}
