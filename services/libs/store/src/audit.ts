import type { Scope } from './scope.ts'

export interface AuditEvent {
  readonly actor: string
  /** Operation id. */
  readonly action: string
  readonly resourceName: string
  readonly outcome: 'SUCCESS' | 'DENIED'
  readonly requestId: string
}

/** Inserts an audit event unchained; the organization's sealer gives it its place in the chain later. */
export async function audit(scope: Scope, event: AuditEvent): Promise<void> {
  await scope.tx.audit_events.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      actor: event.actor,
      action: event.action,
      resource_name: event.resourceName,
      outcome: event.outcome,
      request_id: event.requestId,
      data: {},
      at: scope.now,
    },
    select: { uid: true },
  })
}
