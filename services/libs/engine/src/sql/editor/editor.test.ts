import { describe, expect, test } from 'vitest'
import type { ConnectorCatalog } from '../../connector/descriptor.ts'
import { sessionOf } from '../bind/bind-fixture.ts'
import { completionsAt } from './completion.ts'
import { definitionAt } from './definition.ts'
import { hoverAt } from './hover.ts'
import type { EditorRequest } from './request.ts'
import { semanticTokens } from './semantic-tokens.ts'
import { signatureAt } from './signature-help.ts'

const session = sessionOf(`
  CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
  CREATE TABLE customers (name STRING, country STRING);
  CREATE VIEW big AS SELECT id FROM orders WHERE amount > 100;
`)

const option = (key: string, values: readonly string[] = []) => ({
  key,
  type: 'enum' as const,
  required: false,
  values,
  doc: `${key}.`,
})
const connectors: ConnectorCatalog = {
  connectors: {
    kafka: {
      identifier: 'kafka',
      doc: '',
      options: [option('topic'), option('scan.startup.mode', ['earliest-offset', 'latest-offset'])],
      optionPrefixes: [],
      formats: ['json'],
    },
    datagen: { identifier: 'datagen', doc: '', options: [], optionPrefixes: [], formats: [] },
  },
  formats: { json: { identifier: 'json', doc: '', options: [option('ignore-parse-errors')] } },
}

/** The cursor is where the bar stands. */
function at(marked: string): EditorRequest {
  return { text: marked.replace('|', ''), offset: marked.indexOf('|'), session, connectors }
}
const labels = (marked: string, count = 6) =>
  completionsAt(at(marked))
    .items.slice(0, count)
    .map((item) => item.label)

describe('completion', () => {
  test('a statement begins with its verb', () => {
    expect(labels('|', 3)).toEqual(['SELECT', 'INSERT INTO', 'WITH'])
    expect(labels('CREATE TABLE x (a INT); SEL|', 1)).toEqual(['SELECT'])
  })
  test('FROM, JOIN and a comma between take tables, those of the script too', () => {
    expect(labels('SELECT * FROM |', 3)).toEqual(['orders', 'customers', 'big'])
    expect(labels('SELECT * FROM orders o, cust|', 1)).toEqual(['customers'])
    expect(labels('CREATE TABLE orders_copy (a INT); INSERT INTO ord|')).toEqual(['orders', 'orders_copy'])
    expect(labels('WITH recent AS (SELECT id FROM orders) SELECT * FROM rec|', 1)).toEqual(['recent'])
  })
  test('columns come from FROM, before and behind the cursor', () => {
    expect(labels('SELECT | FROM orders o', 4)).toEqual(['id', 'customer', 'amount', 'ts'])
    expect(labels('SELECT o.| FROM orders o JOIN customers c ON TRUE')).toEqual(['id', 'customer', 'amount', 'ts'])
    expect(labels('SELECT 1 FROM orders o JOIN customers c ON o.customer = c.na|')).toEqual(['name'])
    expect(labels('SELECT x.| FROM (SELECT id AS n, amount * 2 AS twice FROM orders) AS x')).toEqual(['n', 'twice'])
    expect(labels("SELECT w.win| FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) AS w")).toEqual([
      'window_start',
      'window_end',
      'window_time',
    ])
  })
  test('a column shows its type', () => {
    expect(completionsAt(at('SELECT o.am| FROM orders o')).items[0]).toMatchObject({
      label: 'amount',
      kind: 'column',
      detail: 'DECIMAL(10, 2)',
    })
  })
  test('the typed word is replaced', () => {
    expect(completionsAt(at('SELECT cus| FROM orders')).replace).toEqual({ start: 7, end: 10 })
  })
  test('functions, types, databases', () => {
    expect(labels('SELECT UPP|', 1)).toEqual(['UPPER'])
    expect(labels('CREATE TABLE x (a DEC|', 1)).toEqual(['DECIMAL(10, 2)'])
    expect(labels('SELECT * FROM shop.|', 1)).toEqual(['default'])
    expect(labels('SELECT * FROM shop.default.|')).toEqual(['orders', 'customers', 'big'])
  })
  test('keywords are those that the grammar takes', () => {
    expect(labels('SELECT id FROM orders |', 200)).toEqual(expect.arrayContaining(['WHERE', 'GROUP', 'ORDER BY']))
    expect(labels('SELECT id FROM orders WHERE id > 1 |', 200)).not.toContain('WHERE')
    expect(labels('ALTER TABLE orders |', 200)).toEqual(expect.arrayContaining(['ADD', 'DROP', 'RENAME']))
  })
  test('options and their values, by connector and format', () => {
    expect(labels("CREATE TABLE x (a INT) WITH ('|')")).toEqual(['connector', 'format'])
    expect(labels("CREATE TABLE x (a INT) WITH ('connector' = '|')")).toEqual(['kafka', 'datagen'])
    expect(labels("CREATE TABLE x (a INT) WITH ('connector' = 'kafka', 'format' = 'json', '|')")).toEqual([
      'topic',
      'scan.startup.mode',
      'json.ignore-parse-errors',
    ])
    expect(labels("CREATE TABLE x (a INT) WITH ('connector' = 'kafka', 'scan.startup.mode' = '|')")).toEqual([
      'earliest-offset',
      'latest-offset',
    ])
  })
})

describe('hover', () => {
  test('columns, tables, views, functions', () => {
    expect(hoverAt(at('SELECT am|ount FROM orders'))?.title).toBe('orders.amount DECIMAL(10, 2)')
    expect(hoverAt(at('SELECT * FROM ord|ers'))).toMatchObject({
      title: 'TABLE shop.default.orders',
      lines: ['id BIGINT', 'customer STRING', 'amount DECIMAL(10, 2)', 'ts TIMESTAMP(3) *ROWTIME*'],
    })
    expect(hoverAt(at('SELECT * FROM b|ig'))?.title).toBe('VIEW shop.default.big')
    expect(hoverAt(at('SELECT UPP|ER(customer) FROM orders'))?.title).toContain('UPPER(')
    expect(hoverAt(at('SELECT nothing| FROM orders'))).toBeUndefined()
  })
})

describe('signature help', () => {
  test('names the call and the argument', () => {
    expect(signatureAt(at("SELECT REPLACE(customer, 'a', |"))).toMatchObject({ name: 'REPLACE', activeArgument: 2 })
    expect(signatureAt(at('SELECT UPPER(LOWER(|customer))'))).toMatchObject({ name: 'LOWER', activeArgument: 0 })
    expect(signatureAt(at('SELECT |UPPER(customer)'))).toBeUndefined()
  })
})

describe('go to definition', () => {
  const target = (marked: string) => {
    const request = at(marked)
    const span = definitionAt(request)
    return span && `${span.start}:${request.text.slice(span.start, span.end)}`
  }
  test('aliases, common tables, tables of the script', () => {
    expect(target('SELECT o|.id FROM orders o')).toBe('24:o')
    expect(target('SELECT o.id| FROM orders o')).toBe('24:o')
    expect(target('WITH r AS (SELECT 1 AS x) SELECT * FROM r|')).toBe('5:r')
    expect(target('CREATE TABLE t (a INT); SELECT a FROM t|')).toBe('13:t')
    expect(target('SELECT * FROM orders|')).toBeUndefined()
  })
})

describe('semantic tokens', () => {
  test('names by what they name, and no gap but white space', () => {
    const text = "SELECT UPPER(name) AS n, 1.5 -- rate\nFROM customers WHERE country = 'x'"
    expect(
      semanticTokens(text)
        .map(({ start, end, kind }) => `${text.slice(start, end)}:${kind}`)
        .join(' '),
    ).toMatchInlineSnapshot(
      `"SELECT:keyword UPPER:function (:operator name:column ):operator AS:keyword n:column ,:operator 1.5:number -- rate:comment FROM:keyword customers:table WHERE:keyword country:column =:operator 'x':string"`,
    )
  })
  test('an unfinished statement is coloured too', () => {
    const text = 'SELECT a FROM ('
    expect(
      semanticTokens(text)
        .map(({ start, end, kind }) => `${text.slice(start, end)}:${kind}`)
        .join(' '),
    ).toMatchInlineSnapshot(`"SELECT:keyword a:column FROM:keyword (:operator"`)
  })
})

test('each service answers in 5 ms on a script of 200 lines', { timeout: 60_000 }, () => {
  const ddl = Array.from(
    { length: 10 },
    (_, i) => `CREATE TABLE t${i} (\n  a INT,\n  b STRING,\n  ts TIMESTAMP(3),\n  WATERMARK FOR ts AS ts\n);`,
  ).join('\n')
  const inserts = Array.from(
    { length: 14 },
    (_, i) =>
      `INSERT INTO t${i % 10}\nSELECT\n  a + ${i},\n  UPPER(b),\n  ts\nFROM t${(i + 1) % 10}\nWHERE a > ${i}\n  AND b LIKE 'x%';`,
  ).join('\n')
  const marked = `${ddl}\n${inserts}\nSELECT t.|\nFROM t0 AS t\nJOIN t1 ON t.a = t1.a`
  expect(marked.split('\n').length).toBeGreaterThan(170)
  const cost = (service: (request: EditorRequest) => unknown) => {
    const runs = Array.from({ length: 12 }, () => {
      const start = process.cpuUsage()
      service(at(marked))
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000
    })
    return Math.min(...runs)
  }
  for (const service of [completionsAt, hoverAt, signatureAt, definitionAt]) expect(cost(service)).toBeLessThan(5)
})
