/**
 * Names on the built-in Kafka. A table's `topic` option is logical; the physical name carries the workspace's prefix, so that one
 * workspace cannot name another's topic: naming its physical name only gives a longer name under one's own prefix.
 */
export function topicPrefix(workspaceUid: string): string {
  return `ws-${workspaceUid.replaceAll('-', '')}.`
}

export function physicalTopic(workspaceUid: string, logical: string): string {
  return topicPrefix(workspaceUid) + logical
}

/** The Kafka principal (SCRAM user) of a workspace on the built-in Kafka. */
export function workspacePrincipal(workspaceUid: string): string {
  return `ws-${workspaceUid.replaceAll('-', '')}`
}
