import fs from 'node:fs'
import path from 'node:path'

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** A profile's name ends in process, thread and sequence numbers; thread 0 is the main one, which only waits. */
const OF_TASK_THREAD = /\.\d+\.[1-9]\d*\.\d+\.cpuprofile$/

/** The functions with most self time in the task threads, as `12.3 % name (file:line)`. Idle time does not count. */
export function topEntries(dir: string, count: number): string[] {
  const self = new Map<string, number>()
  let total = 0
  for (const file of fs.readdirSync(dir).filter((f) => OF_TASK_THREAD.test(f))) {
    const profile = JSON.parse(fs.readFileSync(path.join(dir, file), 'utf8')) as CpuProfile
    const names = new Map(profile.nodes.map((n) => [n.id, entryName(n.callFrame)]))
    profile.samples.forEach((id, i) => {
      const name = names.get(id) ?? '?'
      if (/^\((idle|program)\)/.test(name)) return
      const time = profile.timeDeltas[i] ?? 0
      self.set(name, (self.get(name) ?? 0) + time)
      total += time
    })
  }
  const top = [...self].sort((a, b) => b[1] - a[1]).slice(0, count)
  return top.map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`)
}

function entryName({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? 'anonymous' : functionName
  const file = url
    .replace(/^file:\/\//, '')
    .split('/')
    .slice(-2)
    .join('/')
  return file === '' ? name : `${name} (${file}:${lineNumber + 1})`
}
