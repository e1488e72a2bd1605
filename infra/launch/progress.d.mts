export interface Progress {
  step<T>(name: string, action: () => Promise<T>): Promise<T>
  note(text: string): void
}
export function createProgress(options?: { quiet?: boolean; out?: NodeJS.WriteStream }): Progress
