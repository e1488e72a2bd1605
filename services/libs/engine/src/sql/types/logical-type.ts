/**
 * Flink's logical types as plain, frozen, JSON-able data. `nullable` is part of the type as in Flink; a time attribute is
 * a TIMESTAMP or TIMESTAMP_LTZ that carries `timeAttribute`, and every operation that does not say otherwise drops it.
 */
export type TimeAttribute = 'ROWTIME' | 'PROCTIME'

export type YearMonthResolution = 'YEAR' | 'YEAR_TO_MONTH' | 'MONTH'
export type DayTimeResolution =
  | 'DAY'
  | 'DAY_TO_HOUR'
  | 'DAY_TO_MINUTE'
  | 'DAY_TO_SECOND'
  | 'HOUR'
  | 'HOUR_TO_MINUTE'
  | 'HOUR_TO_SECOND'
  | 'MINUTE'
  | 'MINUTE_TO_SECOND'
  | 'SECOND'

export interface Field {
  readonly name: string
  readonly type: LogicalType
  readonly comment?: string
}

type Plain<K extends string> = { readonly kind: K; readonly nullable: boolean }

export type LogicalType =
  | Plain<'BOOLEAN'>
  | Plain<'TINYINT'>
  | Plain<'SMALLINT'>
  | Plain<'INTEGER'>
  | Plain<'BIGINT'>
  | Plain<'FLOAT'>
  | Plain<'DOUBLE'>
  | (Plain<'DECIMAL'> & { readonly precision: number; readonly scale: number })
  | (Plain<'CHAR'> & { readonly length: number })
  | (Plain<'VARCHAR'> & { readonly length: number })
  | (Plain<'BINARY'> & { readonly length: number })
  | (Plain<'VARBINARY'> & { readonly length: number })
  | Plain<'DATE'>
  | (Plain<'TIME'> & { readonly precision: number })
  | (Plain<'TIMESTAMP'> & { readonly precision: number; readonly timeAttribute?: TimeAttribute })
  | (Plain<'TIMESTAMP_LTZ'> & { readonly precision: number; readonly timeAttribute?: TimeAttribute })
  | (Plain<'TIMESTAMP_TZ'> & { readonly precision: number })
  | (Plain<'INTERVAL_YEAR_MONTH'> & { readonly resolution: YearMonthResolution; readonly yearPrecision: number })
  | (Plain<'INTERVAL_DAY_TIME'> & {
      readonly resolution: DayTimeResolution
      readonly dayPrecision: number
      readonly fractionalPrecision: number
    })
  | (Plain<'ARRAY'> & { readonly element: LogicalType })
  | (Plain<'MULTISET'> & { readonly element: LogicalType })
  | (Plain<'MAP'> & { readonly key: LogicalType; readonly value: LogicalType })
  | (Plain<'ROW'> & { readonly fields: readonly Field[] })
  | (Plain<'STRUCTURED'> & { readonly className: string; readonly fields: readonly Field[] })
  | (Plain<'RAW'> & { readonly className: string })
  | Plain<'NULL'>
  | Plain<'VARIANT'>
  | Plain<'BITMAP'>
  | Plain<'DESCRIPTOR'>
  | Plain<'SYMBOL'>

export type TypeKind = LogicalType['kind']

/** The length that Flink prints for STRING and BYTES. */
export const MAX_LENGTH = 2147483647
