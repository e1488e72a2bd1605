import { topicPrefix } from '@millrace/protocol'
import type { Workspace } from '@millrace/store'
import type { Context } from '../../context.ts'
import { envelope } from '../../http/envelope.ts'

export function workspaceView(ctx: Context, org: string, w: Workspace) {
  const place = { kind: 'Workspace', region: w.region, org, workspace: w.uid, self: `/v1/workspaces/${w.name}` }
  const ready = w.conditions.every((c) => c.status === 'True' || c.reason === 'NoKafka')
  return envelope(place, w, {
    spec: { region: w.region },
    status: {
      phase: ready ? 'READY' : 'PROVISIONING',
      observed_generation: w.generation,
      conditions: w.conditions,
      endpoints: { data: ctx.settings.dataEndpoint },
      kafka: { bootstrap_servers: ctx.settings.kafkaBootstrap, topic_prefix: topicPrefix(w.uid) },
    },
  })
}
