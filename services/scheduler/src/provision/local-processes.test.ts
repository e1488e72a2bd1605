import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { localProcesses } from './local-processes.ts'
import type { WorkerExit, WorkerProvisioner } from './worker-provisioner.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'millrace-provision-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const logs = path.join(folder, 'logs')
const logOf = (uid: string) => readFileSync(path.join(logs, `worker-${uid}.log`), 'utf8')

/** Worker processes that run `script` instead of the worker. */
function running(name: string, script: string): WorkerProvisioner {
  const entry = path.join(folder, `${name}.mjs`)
  writeFileSync(entry, script)
  return localProcesses({
    entry,
    nodeFlags: ['--max-old-space-size=32'],
    logsFolder: logs,
    environment: (uid) => ({ MILLRACE_WORKER_UID: uid }),
  })
}

const exitOf = (provisioner: WorkerProvisioner): Promise<WorkerExit> => new Promise((resolve) => provisioner.onExit(resolve))
const ENDLESS = 'setInterval(() => {}, 1000); console.log("up")'

describe('local worker processes', () => {
  test('inherit nothing of the environment', async () => {
    const workers = running('environment', 'console.log(JSON.stringify(Object.keys(process.env)))')
    const exit = exitOf(workers)
    await workers.start('uid-environment')
    expect(await exit).toMatchObject({ worker: 'uid-environment', reason: 'DRAINED' })
    expect(JSON.parse(logOf('uid-environment'))).toEqual(['MILLRACE_WORKER_UID'])
  })

  test('a process out of memory is told from a killed one', async () => {
    const hungry = running('hungry', 'const kept = []; for (;;) kept.push(new Array(10_000).fill({}).map((_, i) => ({ i })))')
    const starved = exitOf(hungry)
    await hungry.start('uid-hungry')
    expect((await starved).reason).toBe('OUT_OF_MEMORY')
    const patient = running('patient', ENDLESS)
    const killed = exitOf(patient)
    await patient.start('uid-patient')
    expect(patient.alive('uid-patient')).toBe(true)
    patient.kill('uid-patient')
    expect(await killed).toMatchObject({ reason: 'KILLED', detail: 'signal SIGKILL' })
    expect(patient.alive('uid-patient')).toBeUndefined()
  }, 30_000)

  test('a successor adopts a process by its pid and sees its end; another process under that pid is nobody', async () => {
    const first = running('adopted', `console.log(process.pid); ${ENDLESS}`)
    await first.start('uid-adopted')
    const pid = await new Promise<number>((resolve) => {
      const look = setInterval(() => {
        const match = /^\d+/.exec(logOf('uid-adopted'))
        if (!match) return
        clearInterval(look)
        resolve(Number(match[0]))
      }, 20)
    })
    const second = running('adopted', ENDLESS)
    second.adopt('uid-other', process.pid)
    expect(second.alive('uid-other')).toBeUndefined()
    second.adopt('uid-adopted', pid)
    expect(second.alive('uid-adopted')).toBe(true)
    const exit = exitOf(second)
    process.kill(pid, 'SIGKILL')
    expect(await exit).toMatchObject({ worker: 'uid-adopted', reason: 'KILLED' })
  }, 30_000)
})
