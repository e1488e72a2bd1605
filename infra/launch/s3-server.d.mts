export function missingForS3(toolsDir: string): string | undefined
export function ensureS3Server(options: {
  toolsDir: string
  wrap?: (text: string, action: () => Promise<void>) => Promise<void>
}): Promise<string>
