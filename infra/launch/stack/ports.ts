import net from 'node:net'

export interface Ports {
  readonly api: number
  readonly identity: number
  readonly scheduler: number
  readonly postgres: number
  readonly kafka: number
  readonly kafkaController: number
}

const NAMES = ['api', 'identity', 'scheduler', 'postgres', 'kafka', 'kafkaController'] as const
export const DEFAULT_PORT = 8080

export class PortTaken extends Error {
  override readonly name = 'PortTaken'
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

async function nextFree(from: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = from; port < Math.min(from + 200, 65_536); port++) if (!taken.has(port) && (await isFree(port))) return port
  throw new PortTaken(`No port from ${from} to ${from + 199} is free.`)
}

/**
 * The API's port and five more behind it. A port that was asked for and is taken is an error that offers another; the default moves
 * on by itself to the next free one.
 */
export async function choosePorts(asked: number | undefined): Promise<Ports> {
  const taken = new Set<number>()
  const first = await nextFree(asked ?? DEFAULT_PORT, taken)
  if (asked !== undefined && first !== asked) {
    throw new PortTaken(
      `Port ${asked} is in use. Port ${first} is free: npm start -- --port ${first} (or MILLRACE_PORT=${first}).`,
    )
  }
  const ports: Record<string, number> = {}
  let at = first
  for (const name of NAMES) {
    ports[name] = await nextFree(at, taken)
    taken.add(ports[name])
    at = ports[name] + 1
  }
  return ports as unknown as Ports
}
