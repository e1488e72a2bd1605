export function closedFolder(target: string): string | undefined
