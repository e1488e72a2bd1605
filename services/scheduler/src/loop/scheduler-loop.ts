import { setWorkerState } from '@millrace/store'
import type { WorkerExit } from '../provision/worker-provisioner.ts'
import { askToStop } from './apply-lifecycle.ts'
import { type Facts, readFacts } from './facts.ts'
import { endGoneWorkers, sizeFleet } from './fleet-step.ts'
import { lifecycleStep } from './lifecycle-step.ts'
import { type LoopParts, momentOf } from './parts.ts'
import { placeStep } from './place-step.ts'
import { ScaleStep } from './scale-step.ts'

/** Ticks that wake-ups bring forward are at least this far apart. */
const GAP_MS = 25
/** A pause between good ticks longer than this means that reports could not be taken: leases begin anew. */
const DEAF_AFTER_MS = 2500

/**
 * Level-triggered: each tick reads the facts, decides and writes, and would find the same work without any wake-up. Wake-ups,
 * reports and exits of workers only bring the next tick forward.
 */
export class SchedulerLoop {
  readonly #parts: LoopParts
  readonly #scale: ScaleStep
  #exits: WorkerExit[] = []
  #wake = new AbortController()
  #draining = false
  #listeningSinceMs: number
  #lastGoodMs: number

  constructor(parts: LoopParts) {
    this.#parts = parts
    this.#scale = new ScaleStep(parts)
    this.#listeningSinceMs = parts.clock.monotonic()
    this.#lastGoodMs = this.#listeningSinceMs
    parts.provisioner.onExit((exit) => {
      this.#exits.push(exit)
      this.poke()
    })
  }

  /** There is something to look at before the next sweep. */
  poke(): void {
    this.#wake.abort()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, settings } = this.#parts
    let failing = false
    while (!signal.aborted) {
      this.#wake = new AbortController()
      try {
        await this.tick()
        if (failing) log.info({}, 'the loop goes on')
        failing = false
      } catch (error) {
        if (!failing) log.error({ err: error }, 'a tick failed; workers go on with their last set')
        failing = true
      }
      await clock.sleep(GAP_MS, signal)
      await clock.sleep(settings.sweepMs, AbortSignal.any([signal, this.#wake.signal]))
    }
  }

  /** One look at everything. Rejects when the store is away; what was written stands, the rest is found again. */
  async tick(): Promise<void> {
    const { clock } = this.#parts
    let facts = await this.#read()
    const exits = this.#exits
    if (await endGoneWorkers(this.#parts, facts, { exits, listeningSinceMs: this.#listeningSinceMs })) facts = await this.#read()
    this.#exits = this.#exits.filter((e) => !exits.includes(e))
    if (await lifecycleStep(this.#parts, facts)) facts = await this.#read()
    if (this.#draining) await this.#stopAll(facts)
    else {
      const stopped = await this.#scale.run(facts)
      const plan = await placeStep(this.#parts, facts, stopped)
      await sizeFleet(this.#parts, facts, plan)
    }
    this.#lastGoodMs = clock.monotonic()
  }

  /** Stops every run with a checkpoint and ends every worker; resolves when they are gone or after `timeoutMs`, when the rest is killed. */
  async drain(timeoutMs: number): Promise<void> {
    const { clock, provisioner, store, settings, log } = this.#parts
    this.#draining = true
    const deadline = clock.monotonic() + timeoutMs
    for (;;) {
      this.poke()
      const { workers } = await readFacts(store, settings.region)
      if (workers.length === 0) return
      if (clock.monotonic() > deadline) {
        log.warn({ workers: workers.length }, 'workers did not drain in time')
        for (const w of workers) provisioner.kill(w.uid)
        return
      }
      await clock.sleep(100)
    }
  }

  async #read(): Promise<Facts> {
    const { clock, roster, samples, store, settings } = this.#parts
    const facts = await readFacts(store, settings.region)
    const now = clock.monotonic()
    if (now - this.#lastGoodMs > DEAF_AFTER_MS) this.#listeningSinceMs = now
    this.#lastGoodMs = now
    const slots = Map.groupBy(facts.standing, (a) => a.worker)
    roster.observe(
      new Map(facts.workers.map((w) => [w.uid, (slots.get(w.uid) ?? []).map((a) => `${a.version}/${a.epoch}`)])),
      clock.now(),
    )
    samples.keepOnly(new Set(facts.standing.map((a) => a.version)))
    return facts
  }

  async #stopAll(facts: Facts): Promise<void> {
    const { store } = this.#parts
    const at = momentOf(this.#parts)
    await store.withSystem(async (tx) => {
      for (const w of facts.workers) {
        if (w.state !== 'DRAINING') await setWorkerState(tx, w.uid, 'DRAINING')
      }
      for (const slot of facts.standing) {
        if (!slot.request.stop) await askToStop(tx, slot, { reason: 'DRAIN', checkpoint: true, now: at.now })
      }
    })
  }
}
