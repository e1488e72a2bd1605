import type { Scope } from './scope.ts'

/** What the outbox carries. A topic names what changed; consumers read the truth from the tables. */
export type Topic = 'statement.changed' | 'pool.changed' | 'workspace.created' | 'workspace.changed' | 'connection.changed'

/** Writes an outbox row in the transaction of the change, so that the change and its wake-up stand or fall together. */
export async function announce(scope: Scope, topic: Topic, resource: string): Promise<void> {
  await scope.tx.outbox.create({
    data: { org_id: scope.org, uid: scope.newUid(), topic, resource_uid: resource, payload: {}, created_at: scope.now },
    select: { uid: true },
  })
}
