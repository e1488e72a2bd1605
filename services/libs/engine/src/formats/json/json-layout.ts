/**
 * Predicted layouts: records of one producer have their keys in one order with one spacing, so the bytes between two values are
 * constants. A layout is learned from a record and compiled to a loop that checks those constants with wide compares and scans only
 * the values (method and figures: the hot-path measurements behind this engine's design). Anything unexpected (another key order,
 * an escape, an odd number) ends the loop at that record, and the general walker takes it.
 */
import { compile } from '../../codegen/compile.ts'
import type { ColumnBuilder, TimestampStyle } from '../column-builder.ts'
import { parseTimestampText } from '../parse-value.ts'

/** Scans records from `from`; returns the index of the first one that does not fit (or `count`). Row of record i is `row + i - from`. */
export type LayoutScanner = (
  data: Uint8Array,
  view: DataView,
  offsets: Int32Array,
  lengths: Int32Array,
  from: number,
  count: number,
  row: number,
) => number

interface Segment {
  /** Bytes before the value. */
  readonly prefix: Uint8Array
  /** Column, or −1 for a value that is skipped. */
  readonly column: number
  readonly first: number
}

interface Shape {
  readonly list: readonly Segment[]
  readonly suffix: Uint8Array
}

export interface LayoutTarget {
  readonly names: readonly string[]
  readonly columns: readonly ColumnBuilder[]
  readonly style: TimestampStyle
  readonly failOnMissingField: boolean
}

const FAST_KINDS = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'FLOAT',
  'BOOLEAN',
  'VARCHAR',
  'CHAR',
  'TIMESTAMP',
])

/** A scanner for records shaped as this one, or undefined where the shape has no fast form (nesting, escapes, duplicate keys, rare types). */
export function learnLayout(record: Uint8Array, target: LayoutTarget): LayoutScanner | undefined {
  const { names, columns, style } = target
  const segments = segmentsOf(record, names)
  if (!segments) return undefined
  for (const segment of segments.list) {
    if (segment.column >= 0 && !fits(columns[segment.column]!, segment.first)) return undefined
  }
  if (target.failOnMissingField && names.some((_, i) => !segments.list.some((s) => s.column === i))) return undefined
  return compileLayout(segments, columns, style)
}

function fits(column: ColumnBuilder, first: number): boolean {
  if (!FAST_KINDS.has(column.type.kind)) return false
  const isString = first === 34
  if (column.type.kind === 'VARCHAR' || column.type.kind === 'CHAR') return isString
  if (column.type.kind === 'TIMESTAMP') return isString
  return !isString
}

/** Splits `{"a":1,"b":"x"}` into constant bytes and values. Only flat records without escapes. */
function segmentsOf(record: Uint8Array, names: readonly string[]): Shape | undefined {
  const text = new TextDecoder('latin1').decode(record)
  const list: Segment[] = []
  const member = /(\s*[{,]\s*"([^"\\]*)"\s*:\s*)("[^"\\]*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y
  const seen = new Set<string>()
  let at = 0
  for (;;) {
    member.lastIndex = at
    const m = member.exec(text)
    if (!m || m[1]!.trimStart()[0] !== (list.length === 0 ? '{' : ',')) break
    const name = Buffer.from(m[2]!, 'latin1').toString('utf8')
    if (seen.has(name)) return undefined
    seen.add(name)
    const prefix = record.slice(at, at + m[1]!.length)
    list.push({ prefix, column: names.indexOf(name), first: m[3]!.charCodeAt(0) })
    at += m[0].length
  }
  const suffix = /^\s*\}\s*$/.test(text.slice(at)) ? record.slice(at) : undefined
  return suffix && list.length > 0 ? { list, suffix } : undefined
}

function compileLayout(
  { list: segments, suffix }: Shape,
  columns: readonly ColumnBuilder[],
  style: TimestampStyle,
): LayoutScanner {
  const longest = Math.max(suffix.length, ...segments.map((s) => s.prefix.length))
  const used = new Set(segments.map((s) => s.column).filter((c) => c >= 0))
  const absent = columns.flatMap((_, i) => (used.has(i) ? [] : [i]))
  const lines: string[] = [`const minuteOf=K[${columns.length}],limit=data.length;let t0=0,t1=0,t2=0,t3=0,minute=0;`]
  for (const i of used) lines.push(declare(i, columns[i]!))
  lines.push('for(let i=from;i<count;i++){const r=row+i-from;let p=offsets[i];const end=p+lengths[i];')
  lines.push(`if(lengths[i]<0||end+${longest + 8}>limit)return i;let c=0,s=0,v=0,n=0,w=0,x=0,y=0;`)
  for (const segment of segments) {
    lines.push(compareBytes(segment.prefix))
    lines.push(`p+=${segment.prefix.length};`)
    lines.push(segment.column < 0 ? skipValue(segment.first) : scanValue(segment.column, columns[segment.column]!))
  }
  lines.push(`if(p+${suffix.length}!==end)return i;`, compareBytes(suffix))
  for (const i of absent) lines.push(`K[${i}].setNull(r);`)
  lines.push('}return count;')
  const source = `return function scanJson(data,view,offsets,lengths,from,count,row){${lines.join('\n')}}`
  return compile<LayoutScanner>({ source, constants: [...columns, minuteParser(style)] })
}

function declare(i: number, column: ColumnBuilder): string {
  const arrays: Record<string, string> = {
    bool: `const a${i}=K[${i}].u8;`,
    i32: `const a${i}=K[${i}].i32;`,
    i64: `const a${i}=K[${i}].halves;`,
    f64: `const a${i}=K[${i}].f64;`,
    ts: `const a${i}=K[${i}].f64,b${i}=K[${i}].nanos;`,
    bytes: `const a${i}=K[${i}].offsets,b${i}=K[${i}].lengths,z${i}=K[${i}].spilled;`,
  }
  return arrays[column.repr]!
}

/** Compares constant bytes at p, four at a time; leaves the loop at record i when they differ. */
function compareBytes(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tests: string[] = []
  let k = 0
  for (; k + 4 <= bytes.length; k += 4) tests.push(`view.getInt32(p+${k},true)!==${view.getInt32(k, true)}`)
  for (; k < bytes.length; k++) tests.push(`data[p+${k}]!==${bytes[k]}`)
  return tests.length === 0 ? '' : `if(${tests.join('||')})return i;`
}

/** p stands on the opening quote; ends behind the closing one, with the content at s..e. Escapes and control characters leave. */
const SCAN_STRING = `if(data[p]!==34)return i;s=++p;
for(;p+4<=limit;p+=4){w=view.getInt32(p,true);x=w^0x22222222;y=w^0x5c5c5c5c;
if(((x-0x01010101&~x|y-0x01010101&~y|w-0x20202020&~w)&0x80808080)!==0)break;}
while((c=data[p])!==34){if(c===92||c<32||p>=end)return i;p++;}
if(p>=end)return i;`

function skipValue(first: number): string {
  if (first === 34) return `${SCAN_STRING}p++;`
  if (first === 45 || (first >= 48 && first <= 57))
    return `${scanDigits()}if(data[p]===46){p++;s=p;while((data[p]^48)<10)p++;if(p===s)return i;}`
  return literalTests('')
}

/** Optional minus and up to 15 digits into v (magnitude) and n (1 = negative). */
function scanDigits(): string {
  return `c=data[p];n=0;if(c===45){n=1;p++;}v=0;s=p;while((c=data[p]^48)<10){v=v*10+c;p++;}
if(p===s||p-s>15||(p-s>1&&data[s]===48))return i;`
}

function literalTests(onBoolean: string): string {
  return `c=view.getInt32(p,true);if(c===0x65757274){p+=4;v=1;${onBoolean}}
else if(c===0x736c6166&&data[p+4]===101){p+=5;v=0;${onBoolean}}else return i;`
}

function scanValue(i: number, column: ColumnBuilder): string {
  return `if(data[p]===110){if(view.getInt32(p,true)!==0x6c6c756e)return i;p+=4;K[${i}].setNull(r);}else{${scanTyped(i, column)}}`
}

const INT_LIMITS: Record<string, number> = { TINYINT: 127, SMALLINT: 32_767, INTEGER: 2_147_483_647 }

function scanTyped(i: number, column: ColumnBuilder): string {
  switch (column.type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
      return `${scanDigits()}if(v>${INT_LIMITS[column.type.kind]})return i;c=data[p];if(c===46||c===101||c===69)return i;a${i}[r]=n===1?-v:v;`
    case 'BIGINT':
      return `${scanDigits()}c=data[p];if(c===46||c===101||c===69)return i;
if(n===1)v=-v;a${i}[r<<1]=v;a${i}[(r<<1)+1]=Math.floor(v/4294967296);`
    case 'DOUBLE':
    case 'FLOAT':
      return scanDouble(i, column.type.kind === 'FLOAT')
    case 'BOOLEAN':
      return literalTests(`a${i}[r]=v;`)
    case 'TIMESTAMP':
      return scanTimestamp(i, column)
    default:
      return `${SCAN_STRING}if(z${i})K[${i}].setSlice(r,s,p);else{a${i}[r]=s;b${i}[r]=p-s;}p++;`
  }
}

/** Exact for up to 15 digits in all: an integer below 2^53 divided by a power of ten up to 10^15 rounds once. */
function scanDouble(i: number, float: boolean): string {
  const value = float ? 'Math.fround(v)' : 'v'
  return `${scanDigits()}w=p-s;if(data[p]===46){p++;x=p;y=1;while((c=data[p]^48)<10){v=v*10+c;y*=10;p++;}
if(p===x||w+p-x>15)return i;v/=y;}c=data[p];if(c===101||c===69)return i;if(n===1)v=-v;a${i}[r]=${value};`
}

/** "yyyy-MM-dd HH:mm:ss[.fff]": the minute part is compared with the last one seen and parsed only when it differs. */
function scanTimestamp(i: number, column: ColumnBuilder): string {
  const nanos = column.repr === 'ts' ? `b${i}[r]=n%1e6;` : ''
  return `if(data[p]!==34||end-p<21)return i;p++;
if(view.getInt32(p,true)!==t0||view.getInt32(p+4,true)!==t1||view.getInt32(p+8,true)!==t2||view.getInt32(p+12,true)!==t3){
minute=minuteOf(data,p);if(minute!==minute)return i;
t0=view.getInt32(p,true);t1=view.getInt32(p+4,true);t2=view.getInt32(p+8,true);t3=view.getInt32(p+12,true);}
if(data[p+16]!==58)return i;x=data[p+17]^48;y=data[p+18]^48;if(x>5||y>9)return i;p+=19;n=0;
if(data[p]===46){p++;s=p;v=1e8;while((c=data[p]^48)<10){n+=c*v;v/=10;p++;}if(p===s||p-s>9)return i;}
if(data[p]!==34)return i;p++;a${i}[r]=minute+(x*10+y)*1000+Math.floor(n/1e6);${nanos}`
}

/** Reads yyyy-MM-dd?HH:mm at p as epoch milliseconds, NaN when it is not a valid one; the separator is the style's. */
function minuteParser(style: TimestampStyle): (data: Uint8Array, p: number) => number {
  const separator = style === 'SQL' ? 32 : 84
  return (data, p) => {
    if (data[p + 10] !== separator) return Number.NaN
    const text = String.fromCharCode(...data.subarray(p, p + 16))
    return parseTimestampText(`${text}:00`, style)?.[0] ?? Number.NaN
  }
}
