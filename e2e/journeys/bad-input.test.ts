import fs from 'node:fs'
import path from 'node:path'
import { ensureKafka, startKafka } from '@millrace/launch/kafka'
import { kafkaLacks, ROOT } from '@millrace/launch/stack'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { kafkaPrefix } from '../demo/pipelines.ts'
import { type Answer, expectStatus, request, Tenant, until } from '../demo/service.ts'
import { Broker } from './broker.ts'
import { Neighbour } from './neighbour.ts'
import { type JourneyStack, openStack } from './open-stack.ts'

const GOOD = ['{"id":1,"name":"one"}', '{"id":2,"name":"two"}']
const MALFORMED = '{"id":3,"name":'
const WRONG_TYPE = '{"id":"three","name":"three"}'

let stack: JourneyStack
let tenant: Tenant
let neighbour: Neighbour
let broker: Broker
const lacks = kafkaLacks()
const fullFlag = (dataDir: string) => path.join(dataDir, 'store-is-full')

describe.skipIf(lacks.length > 0)(
  `bad input on a running service${lacks.length > 0 ? ` (skipped: ${lacks.join('; ')})` : ''}`,
  () => {
    beforeAll(async () => {
      stack = await openStack({ kafka: true, env: (dataDir) => ({ MILLRACE_FAULT_STORE_FULL: fullFlag(dataDir) }) })
      tenant = await Tenant.signUp(stack.api, 'acme')
      broker = new Broker(stack.kafka!, await kafkaPrefix(tenant))
      neighbour = await Neighbour.start(tenant, stack.dataDir)
    })
    afterAll(() => stack?.close())
    afterEach(async () => {
      await neighbour.unharmed()
    })

    const submit = (sql: string) =>
      tenant.call<Problem>('POST', `${tenant.base}/statements`, { body: { metadata: { name: 'bad' }, spec: { sql } } })

    describe('what is refused when it is submitted', () => {
      test('broken SQL has its span and a hint', async () => {
        const { status, body } = await submit('SELECT *\nFORM neighbour_source')
        expect({ status, code: body.code }).toEqual({ status: 400, code: 'SQL_INVALID' })
        expect(body.errors[0]).toMatchObject({
          code: 'SQL_SYNTAX',
          position: { line: 2, column: 6, end_line: 2, end_column: 22 },
          hint: "Did you mean FROM instead of 'FORM'?",
        })
      })

      test('an unknown table is named with its span and the one that was meant', async () => {
        const { status, body } = await submit('SELECT * FROM neighbour_sorce')
        expect({ status, code: body.code }).toEqual({ status: 400, code: 'SQL_INVALID' })
        expect(body.errors[0]).toMatchObject({
          code: 'SQL_UNKNOWN_TABLE',
          position: { line: 1, column: 15 },
          hint: expect.stringContaining('neighbour_source'),
        })
      })

      test('a wrong type is named with its span', async () => {
        const { status, body } = await submit('INSERT INTO neighbour_sink SELECT auction, TRUE FROM neighbour_source')
        expect({ status, code: body.code }).toEqual({ status: 400, code: 'SQL_INVALID' })
        expect(body.errors[0]).toMatchObject({ code: expect.stringMatching(/^SQL_.*TYPE/), position: { line: 1 } })
      })

      test('SQL of 131,073 characters', async () => {
        const { status, body } = await submit(`SELECT '${'x'.repeat(131_073 - 9)}'`)
        expect({ status, code: body.code }).toEqual({ status: 400, code: 'SQL_TOO_LONG' })
        expect(body.detail).toContain('131073')
      })

      test('a body that is not JSON', async () => {
        const answer = await tenant.call<Problem>('POST', `${tenant.base}/statements`, { body: '{"metadata":' })
        expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 400, code: 'BODY_NOT_JSON' })
      })

      test('an expired key', async () => {
        const expires_at = new Date(Date.now() + 2000).toISOString()
        const made = await tenant.call<{ status: { key: string } }>('POST', '/v1/api-keys', {
          body: { metadata: { name: 'short' }, spec: { role: 'viewer', expires_at } },
        })
        expectStatus(made, 201, 'key')
        const ask = (): Promise<Answer<Problem>> =>
          request(stack.api, { method: 'GET', path: `${tenant.base}/statements`, key: made.body.status.key })
        expect((await ask()).status).toBe(200)
        const refused = await until('the key expires', 15_000, async () => {
          const answer = await ask()
          return answer.status === 200 ? undefined : answer
        })
        expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 401, code: 'KEY_EXPIRED' })
      })
    })

    describe('records that cannot be read', () => {
      /** A source with two good records, a bad one and a good one behind it, copied into a sink. */
      async function copy(name: string, options: string, bad: string): Promise<void> {
        await broker.make(`${name}-in`)
        await broker.write(`${name}-in`, [...GOOD, bad, '{"id":4,"name":"four"}'])
        const table = (role: 'in' | 'out', more: string) =>
          `CREATE TABLE \`${name}_${role}\` (id BIGINT, name STRING) WITH ('connector' = 'kafka', 'topic' = '${name}-${role}', 'format' = 'json'${more})`
        await tenant.submit(`${name}-in`, table('in', `, 'scan.startup.mode' = 'earliest-offset'${options}`))
        await tenant.submit(`${name}-out`, table('out', ''))
        await tenant.submit(name, `INSERT INTO \`${name}_out\` SELECT id, name FROM \`${name}_in\``)
      }
      const copied = (name: string, count: number) =>
        until(`${count} records in ${name}-out`, 60_000, async () => {
          const rows = await broker.read(`${name}-out`).catch(() => [])
          return rows.length >= count ? rows.map((r) => JSON.parse(r) as unknown) : undefined
        })
      const REST = [
        { id: 1, name: 'one' },
        { id: 2, name: 'two' },
        { id: 4, name: 'four' },
      ]

      test.each([
        ['malformed', MALFORMED],
        ['wrong-type', WRONG_TYPE],
      ])('fail: a %s record ends the statement and names partition and offset', async (name, bad) => {
        await copy(name, '', bad)
        const status = await inPhase(name, 'FAILED')
        expect(status.detail_code).toBe('RECORD_MALFORMED')
        expect(status.detail).toMatch(/Partition 0, offset 2 of /)
      })

      test('ignore: it is counted and left out, the statement goes on', async () => {
        await copy('ignoring', `, 'error-handling.mode' = 'ignore'`, MALFORMED)
        expect(await copied('ignoring', 3)).toEqual(REST)
        await broker.write('ignoring-in', ['{"id":5,"name":"five"}'])
        expect(await copied('ignoring', 4)).toEqual([...REST, { id: 5, name: 'five' }])
        const counted = await until('the record left out is counted', 30_000, async () => {
          const { status } = await tenant.statement('ignoring')
          return status.errors_ignored > 0 ? status : undefined
        })
        expect(counted).toMatchObject({ phase: 'RUNNING', errors_ignored: 1 })
      })

      test('log: the dead-letter topic has the raw record, its place and the reason', async () => {
        await broker.make('letters')
        await copy('logging', `, 'error-handling.mode' = 'log', 'error-handling.log.topic' = 'letters'`, MALFORMED)
        expect(await copied('logging', 3)).toEqual(REST)
        const letters = (await broker.read('letters')).map((text) => JSON.parse(text) as Record<string, string>)
        expect(letters).toHaveLength(1)
        expect(letters[0]).toMatchObject({ partition: 0, offset: 2, reason: expect.stringMatching(/./) })
        expect(Buffer.from(letters[0]!['value']!, 'base64').toString()).toBe(MALFORMED)
      })

      test('a topic that does not exist', async () => {
        await tenant.submit('absent-in', kafkaTable('absent_in', 'absent'))
        await tenant.submit('absent-out', kafkaTable('absent_out', 'absent-out'))
        await tenant.submit('absent', 'INSERT INTO absent_out SELECT id, name FROM absent_in')
        const status = await inPhase('absent', 'FAILED')
        expect(status.detail_code).toBe('TOPIC_UNKNOWN')
        expect(status.detail).toContain('absent')
      })
    })

    describe('what is away comes back', () => {
      test('a broker that is down: DEGRADED with the reason, and on by itself when it is back', async () => {
        await broker.make('steady-in')
        await tenant.submit('steady-in', kafkaTable('steady_in', 'steady-in'))
        await tenant.submit('steady-out', kafkaTable('steady_out', 'steady-out'))
        await tenant.submit('steady', 'INSERT INTO steady_out SELECT id, name FROM steady_in')
        await broker.write('steady-in', GOOD)
        await until('two records in steady-out', 60_000, async () =>
          (await readOrNone('steady-out')).length === 2 ? true : undefined,
        )
        await stack.kafka!.stop()
        const status = await inPhase('steady', 'DEGRADED')
        expect(status.detail_code).toBe('BROKER_UNREACHABLE')
        expect(status.detail).toContain(stack.kafka!.bootstrap)
        await neighbour.unharmed()
        restarted = await startKafka({
          libs: await ensureKafka({ toolsDir: path.join(ROOT, '.tools') }),
          dir: path.join(stack.dataDir, 'kafka'),
          port: stack.ports.kafka,
          controllerPort: stack.ports.kafkaController,
        })
        await inPhase('steady', 'RUNNING')
        await broker.write('steady-in', ['{"id":9,"name":"nine"}'])
        const rows = await until('the third record in steady-out', 60_000, async () => {
          const found = await readOrNone('steady-out')
          return found.length >= 3 ? found : undefined
        })
        expect(idsOf(rows)).toEqual([1, 2, 9])
      }, 240_000)

      test('a checkpoint store that is full: DEGRADED with the reason, and on by itself when there is room', async () => {
        fs.writeFileSync(fullFlag(stack.dataDir), '')
        await broker.write('steady-in', ['{"id":10,"name":"ten"}'])
        const status = await inPhase('steady', 'DEGRADED')
        expect(status.detail_code).toBe('CHECKPOINT_STORE_FULL')
        fs.rmSync(fullFlag(stack.dataDir))
        await inPhase('steady', 'RUNNING')
        const rows = await until('the fourth record in steady-out', 60_000, async () => {
          const found = await readOrNone('steady-out')
          return found.length >= 4 ? found : undefined
        })
        expect(idsOf(rows)).toEqual([1, 2, 9, 10])
        // The neighbour shares the store: it waits as well, and goes on.
        await neighbour.settled()
      }, 240_000)
    })
  },
)

interface Problem {
  readonly code: string
  readonly detail: string
  readonly errors: readonly Readonly<Record<string, unknown>>[]
}

let restarted: Awaited<ReturnType<typeof startKafka>> | undefined
afterAll(() => restarted?.stop())

const kafkaTable = (name: string, topic: string) =>
  `CREATE TABLE ${name} (id BIGINT, name STRING) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')`

/** A topic of several partitions has no order of its own. */
const idsOf = (rows: readonly string[]) => rows.map((row) => (JSON.parse(row) as { id: number }).id).sort((a, b) => a - b)

const readOrNone = (topic: string) => broker.read(topic).catch((): string[] => [])

/** Status once it is in `phase`; a statement that ends otherwise or does not get there is an error with its last words. */
function inPhase(name: string, phase: string) {
  let last = ''
  return until(`${name} is ${phase}`, 90_000, async () => {
    const { status } = await tenant.statement(name)
    last = `${status.phase} ${status.detail}`
    if (status.phase === 'FAILED' && phase !== 'FAILED') throw new Error(`${name} FAILED: ${status.detail}`)
    return status.phase === phase ? status : undefined
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${last}`)
  })
}
