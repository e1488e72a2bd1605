/** SQL/JSON functions and texts quoted as JSON. */

import type { Boxed, BoxedMap } from '../../data/boxed.ts'
import { ValueError } from '../../data/value-error.ts'
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { casterOf } from '../casts/boxed-cast.ts'
import { printerOf } from '../casts/print-value.ts'
import { type Found, findPath, type Json, jsonPath, parseJson, printJson } from '../json-path.ts'
import { type Emitter, type EmitterTable, made, runtime } from './emitter.ts'

type Looked = Found | { readonly kind: 'error'; readonly reason: string }

/** Lax paths that lead nowhere are empty; strict ones, broken paths and broken JSON are errors. */
function lookUp(text: string, path: string): Looked {
  const parsed = jsonPath(path)
  const { steps } = parsed
  if (steps === undefined) return { kind: 'error', reason: `The JSON path '${path.slice(0, 100)}' is malformed.` }
  const root = parseJson(text)
  if (root === undefined) return { kind: 'error', reason: 'The text is not JSON.' }
  const found = findPath(root, { ...parsed, steps })
  if (found.kind === 'missing' && parsed.strict)
    return { kind: 'error', reason: `Nothing is at the strict JSON path '${path.slice(0, 100)}'.` }
  return found
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object'
}

const exists = made(({ literals }) => {
  const onError = String(literals[2])
  return (text: string, path: string) => {
    const found = lookUp(text, path)
    if (found.kind !== 'error') return found.kind === 'value' && found.value !== null
    if (onError === 'ERROR') throw new ValueError(found.reason)
    return onError === 'UNKNOWN' ? null : onError === 'TRUE'
  }
})

/** A scalar in the type of RETURNING; undefined where it does not fit. */
function scalarAs(type: LogicalType): (value: Json) => Boxed | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return (value) =>
        typeof value === 'boolean' ? value : typeof value === 'string' ? value.toLowerCase() === 'true' : undefined
    case 'INTEGER':
      return (value) => wholeNumber(Number(value))
    case 'DOUBLE':
      return (value) => (Number.isNaN(Number(value)) ? undefined : Number(value))
    default:
      return (value) => String(value)
  }
}

function wholeNumber(value: number): number | undefined {
  return Number.isFinite(value) ? Math.trunc(value) | 0 : undefined
}

const value = made(
  ({ argTypes, literals, type, zone }) => {
    const convert = scalarAs(type)
    const fallback = (which: number): ((given: Boxed, reason: string) => Boxed) => {
      const behaviour = String(literals[which])
      const cast = behaviour === 'DEFAULT' ? casterOf({ from: argTypes[which + 1]!, to: type, zone }) : undefined
      return (given, reason) => {
        if (behaviour === 'ERROR') throw new ValueError(reason)
        return cast === undefined || given === null ? null : cast(given)
      }
    }
    const [onEmpty, onError] = [fallback(2), fallback(4)]
    return (text: string | null, path: string | null, ...[, emptyDefault = null, , errorDefault = null]: readonly Boxed[]) => {
      if (text === null || path === null) return null
      const found = lookUp(text, path)
      if (found.kind === 'error') return onError(errorDefault, found.reason)
      if (found.kind === 'missing' || found.value === null || (!isScalar(found.value) && !jsonPath(path).strict)) {
        return onEmpty(emptyDefault, `Nothing is at the JSON path '${path.slice(0, 100)}'.`)
      }
      const result = isScalar(found.value) ? convert(found.value) : undefined
      return result === undefined ? onError(errorDefault, 'JSON_VALUE found no scalar of the type.') : result
    }
  },
  { nullAware: true },
)

const query = made(({ literals, type }) => {
  const [wrapper, empty, error] = [String(literals[2]), String(literals[3]), String(literals[4])]
  const asArray = type.kind === 'ARRAY'
  const behave = (behaviour: string, reason: string): Boxed => {
    if (behaviour === 'ERROR') throw new ValueError(reason)
    if (behaviour === 'EMPTY ARRAY') return asArray ? [] : '[]'
    return behaviour === 'EMPTY OBJECT' ? '{}' : null
  }
  return (text: string, path: string) => {
    const found = lookUp(text, path)
    if (found.kind === 'error') return behave(error, found.reason)
    const wrapped = found.kind === 'missing' ? null : wrap(found.value, wrapper)
    if (wrapped === null || (isScalar(wrapped) && !asArray && !jsonPath(path).strict))
      return behave(empty, 'JSON_QUERY found no object or array.')
    if (isScalar(wrapped) || (asArray && !Array.isArray(wrapped))) return behave(error, 'JSON_QUERY found no value of the type.')
    return asArray ? (wrapped as readonly Json[]).map(elementText) : printJson(wrapped)
  }
})

function wrap(found: Json, wrapper: string): Json {
  if (found === null || wrapper.startsWith('WITHOUT')) return found
  return wrapper.includes('CONDITIONAL') && !wrapper.includes('UNCONDITIONAL') && Array.isArray(found) ? found : [found]
}

function elementText(item: Json): string | null {
  return item === null ? null : typeof item === 'string' ? item : printJson(item)
}

const tests = (accepts: (value: Json) => boolean, negated: boolean): Emitter =>
  runtime(
    (text: string | null) => {
      const parsed = text === null ? undefined : parseJson(text)
      return (parsed !== undefined && accepts(parsed)) !== negated
    },
    { nullAware: true },
  )

// ---- writing

/** Values as JSON text. */
export function jsonWriter(type: LogicalType, zone: string): (item: Boxed) => string {
  const write = notNullWriter(type, zone)
  return (item) => (item === null ? 'null' : write(item))
}

function notNullWriter(type: LogicalType, zone: string): (item: Boxed) => string {
  switch (type.kind) {
    case 'ARRAY': {
      const element = jsonWriter(type.element, zone)
      return (items) => `[${(items as readonly Boxed[]).map(element).join(',')}]`
    }
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field, i) => ({ name: field.name, i, write: jsonWriter(field.type, zone) }))
      return (items) => jsonObjectText(fields.map(({ name, i, write }) => [name, write((items as readonly Boxed[])[i] ?? null)]))
    }
    case 'MAP': {
      const item = jsonWriter(type.value, zone)
      return (entries) => jsonObjectText([...(entries as BoxedMap)].map(([k, v]) => [String(k), item(v)]))
    }
    case 'MULTISET':
      return (entries) => jsonObjectText([...(entries as BoxedMap)].map(([k, v]) => [String(k), String(v)]))
    case 'BINARY':
    case 'VARBINARY':
      return (bytes) => JSON.stringify(Buffer.from(bytes as Uint8Array).toString('base64'))
    case 'BOOLEAN':
      return (flag) => String(flag)
    default:
      return scalarWriter(type, zone)
  }
}

function scalarWriter(type: LogicalType, zone: string): (item: Boxed) => string {
  const print = printerOf(type, zone)
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return (text) => JSON.stringify(text)
    case 'TIMESTAMP':
      return (point) => JSON.stringify(print(point).replace(' ', 'T'))
    case 'TIMESTAMP_LTZ': {
      const utc = printerOf(type, 'UTC')
      return (point) => JSON.stringify(`${utc(point).replace(' ', 'T')}Z`)
    }
    default:
      return (item) => print(item)
  }
}

/** Members in the order of their names. */
export function jsonObjectText(members: readonly (readonly [string, string])[]): string {
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

const RAW = new Set(['JSON', 'JSON_OBJECT', 'JSON_ARRAY'])

function isRaw(expr: BoundExpr): boolean {
  return expr.kind === 'Call' && RAW.has(expr.fn)
}

/** JSON that a call gave is written as it is, other values by their types. */
function memberWriter(expr: BoundExpr, zone: string): (item: Boxed) => string {
  return isRaw(expr) ? (item) => (item === null ? 'null' : (item as string)) : jsonWriter(expr.type, zone)
}

const jsonObject: Emitter = (env, call) => {
  const write = call.args.map((arg, i) => (i >= 2 && i % 2 === 0 ? memberWriter(arg, env.zone) : undefined))
  return made(
    ({ literals }) => {
      const keepsNull = literals[0] === 'NULL ON NULL'
      return (...items: readonly Boxed[]) => {
        const members: [string, string][] = []
        for (let i = 1; i < items.length; i += 2) {
          const item = items[i + 1] ?? null
          if (item !== null || keepsNull) members.push([items[i] as string, write[i + 1]!(item)])
        }
        return jsonObjectText([...new Map(members)])
      }
    },
    { nullAware: true },
  )(env, call)
}

const jsonArray: Emitter = (env, call) => {
  const write = call.args.map((arg) => memberWriter(arg, env.zone))
  return made(
    ({ literals }) => {
      const keepsNull = literals[0] === 'NULL ON NULL'
      return (...items: readonly Boxed[]) => {
        const kept = items.flatMap((item, i) => (i > 0 && (item !== null || keepsNull) ? [write[i]!(item)] : []))
        return `[${kept.join(',')}]`
      }
    },
    { nullAware: true },
  )(env, call)
}

/** Checks a text that is to stand in JSON as it is; an empty one is null. */
function rawJson(text: string): string | null {
  if (text.trim() === '') return null
  const parsed = parseJson(text)
  if (parsed === undefined) throw new ValueError('The argument of JSON(…) is not JSON.')
  return printJson(parsed)
}

const jsonString: Emitter = (env, call) =>
  made(({ argTypes, zone }) => {
    const write = isRaw(call.args[0]!) ? (item: Boxed) => item as string : jsonWriter(argTypes[0]!, zone)
    return (item: Boxed) => write(item)
  })(env, call)

/** Quotes as Flink does: slashes too, and everything that is not ASCII as \u. */
function jsonQuote(text: string): string {
  const quoted = JSON.stringify(text).replaceAll('/', '\\/')
  return quoted.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A text that is no valid quoted JSON passes as it is. Inside of the outer quotes neither quotes nor control characters need escapes. */
function jsonUnquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  const escaped = text
    .slice(1, -1)
    .replaceAll(/(?<!\\)"/g, '\\"')
    .replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1))
  const parsed = parseJson(`"${escaped}"`)
  return typeof parsed === 'string' ? parsed : text
}

const KINDS: Readonly<Record<string, (value: Json) => boolean>> = {
  VALUE: () => true,
  OBJECT: (parsed) => !isScalar(parsed) && !Array.isArray(parsed),
  ARRAY: (parsed) => Array.isArray(parsed),
  SCALAR: isScalar,
}

export const JSON_FUNCTIONS: EmitterTable = {
  JSON_EXISTS: exists,
  JSON_VALUE: value,
  JSON_QUERY: query,
  JSON_OBJECT: jsonObject,
  JSON_ARRAY: jsonArray,
  JSON: runtime(rawJson),
  JSON_STRING: jsonString,
  JSON_QUOTE: runtime(jsonQuote),
  JSON_UNQUOTE: runtime(jsonUnquote),
  ...Object.fromEntries(
    Object.entries(KINDS).flatMap(([kind, accepts]) => [
      [`IS JSON ${kind}`, tests(accepts, false)],
      [`IS NOT JSON ${kind}`, tests(accepts, true)],
    ]),
  ),
}
