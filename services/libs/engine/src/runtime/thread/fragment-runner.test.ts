import { describe, expect, test } from 'vitest'
import { SnapshotBuilder } from '../../checkpoint/snapshot-builder.ts'
import type { Batch } from '../../data/batch.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { ChannelReceiver, ChannelSender } from '../exchange/channel.ts'
import type { FramePipe } from '../exchange/frame-pipe.ts'
import { createLocalPipe } from '../exchange/local-pipe.ts'
import { createRowPacker } from '../exchange/row-packer.ts'
import { allocateRing, SharedRing } from '../exchange/shared-ring.ts'
import { ChannelInput } from './channel-input.ts'
import { ExchangeOutput } from './exchange-output.ts'
import { FragmentRunner } from './fragment-runner.ts'
import { OperatorNode } from './operator-node.ts'
import { ValuesInput } from './values-input.ts'

const TYPE: LogicalType = { kind: 'DOUBLE', nullable: false }
const PACKER = createRowPacker([{ name: 'x', type: TYPE }])
const PIPES: Record<string, () => FramePipe> = {
  'queue in one thread': () => createLocalPipe(64 * 1024),
  'ring in shared memory': () => new SharedRing(allocateRing(64 * 1024)),
}

function makeNode(): OperatorNode {
  return new OperatorNode(
    'pass',
    { processBatch: (_port, batch, out) => out.emit(batch) },
    {
      counters: { in: () => {}, out: () => {}, state: () => {} },
      evaluation: { nowMs: 0, watermarkMs: null, random: () => 0 },
    },
  )
}

/** A fragment of one node; `channels` of them come in, one goes out. */
function harness(pipe: () => FramePipe, channels: number, values?: { emitted: boolean }) {
  const node = makeNode()
  const pipes = Array.from({ length: channels }, pipe)
  const [senders, output] = [pipes.map((each) => new ChannelSender(each, PACKER)), pipe()]
  const exchange = new ExchangeOutput({
    senders: [new ChannelSender(output, PACKER)],
    router: undefined,
    inTurn: false,
    first: 0,
  })
  node.addOutlet(exchange)
  const inputs: ConstructorParameters<typeof FragmentRunner>[0]['inputs'][number][] = pipes.map((each) => ({
    operator: null,
    input: new ChannelInput(new ChannelReceiver(each, PACKER), node.inlet(0)),
  }))
  if (values) {
    const input = new ValuesInput({ emit: node.inlet(0), after: [exchange], emitted: values.emitted })
    inputs.push({ operator: 'values', input })
  }
  const runner = new FragmentRunner(
    { nodes: [node], inputs, exchanges: [exchange], sinks: [], others: [] },
    { onSnapshot: () => {}, onFailure: () => {}, wake: () => {} },
  )
  const receiver = new ChannelReceiver(output, PACKER)
  const sent = (): string[] => {
    while (runner.step(0));
    const seen: string[] = []
    for (let each = receiver.poll(); each; each = receiver.poll()) {
      if (each.kind === 'Batch') seen.push(`rows ${each.batch.length}`)
      else if (each.kind === 'Idle') seen.push(each.idle ? 'idle' : 'active')
      else if (each.kind === 'Watermark') seen.push(`watermark ${each.timestamp}`)
      else seen.push(each.kind)
    }
    return seen
  }
  const rows = (sender: ChannelSender): void => {
    const column = { repr: 'f64', values: Float64Array.of(1), nulls: null } as const
    const batch: Batch = { length: 1, columns: [column], kinds: null, marks: [], lease: null }
    sender.send(batch, { rows: null, count: 1, marks: [] })
  }
  return { runner, senders, rows, sent }
}

describe.each(Object.entries(PIPES))('a fragment with several channels, %s,', (_name, pipe) => {
  test('takes no row before every channel has introduced itself, and then introduces itself first', () => {
    const h = harness(pipe, 2)
    const [first, second] = h.senders as [ChannelSender, ChannelSender]
    first.idle(false)
    first.watermark(50)
    h.rows(first)
    expect(h.sent()).toEqual([])
    second.watermark(80)
    expect(h.sent()).toEqual([])
    second.idle(true)
    expect(h.sent()).toEqual(['active', 'watermark 50', 'rows 1'])
  })
  test('is idle to the next when all its channels are, with their highest watermark', () => {
    const h = harness(pipe, 2)
    const [first, second] = h.senders as [ChannelSender, ChannelSender]
    for (const [sender, watermark] of [
      [first, 50],
      [second, 80],
    ] as const) {
      sender.watermark(watermark)
      sender.idle(true)
    }
    expect(h.sent()).toEqual(['watermark 50', 'watermark 80', 'idle'])
  })
  test('takes the end of a channel as its introduction', () => {
    const h = harness(pipe, 2)
    const [first, second] = h.senders as [ChannelSender, ChannelSender]
    first.idle(false)
    h.rows(first)
    second.end()
    expect(h.sent()).toEqual(['active', 'rows 1'])
  })
})

describe('a fragment without channels', () => {
  test('that is asked for a checkpoint before its first turn introduces itself before the barrier', () => {
    const h = harness(PIPES['queue in one thread']!, 0, { emitted: false })
    h.runner.trigger({ checkpoint: 1, final: false, next: null }, new SnapshotBuilder())
    expect(h.sent()).toEqual(['active', 'Barrier'])
  })
  test('whose values are out already is idle, and ends', () => {
    const h = harness(PIPES['queue in one thread']!, 0, { emitted: true })
    expect(h.sent()).toEqual(['idle', 'End'])
  })
})
