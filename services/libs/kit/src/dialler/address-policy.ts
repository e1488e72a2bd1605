/**
 * Which network addresses a tenant may name. Pure: the decision is made on the resolved address, so that no spelling of a host
 * (decimal, octal, shortened, a DNS name) can reach what its address may not.
 */
import { BlockList, isIP } from 'node:net'

export interface AddressPolicy {
  /** Exact `host:port` pairs (as named or as resolved; IPv6 in brackets) that are permitted although their network is not. */
  readonly allowedAddresses: readonly string[]
  /** The operator's own networks in CIDR form, refused although they are public. */
  readonly ownNetworks?: readonly string[]
}

/** In `allowedAddresses`: every address is permitted. Only for a person's own machine (`millrace sql --local`). */
export const UNCONFINED = '*'

export type AddressVerdict = { readonly permitted: true } | { readonly permitted: false; readonly reason: string }

export interface ResolvedTarget {
  /** As the tenant wrote it. */
  readonly host: string
  readonly port: number
  /** What the name resolved to. */
  readonly address: string
}

// IANA special-purpose registries (RFC 6890 and successors): nothing in them is a tenant's server on the internet.
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
const GLOBAL_UNICAST_V6 = '2000::/3'

const specialV4 = blockListOf(SPECIAL_V4)
const specialV6 = blockListOf(SPECIAL_V6)
const globalV6 = blockListOf([GLOBAL_UNICAST_V6])

/** Decides for one resolved address. */
export function judgeAddress(target: ResolvedTarget, policy: AddressPolicy): AddressVerdict {
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535) return refused(`${target.port} is not a port`)
  if (isAllowed(target, policy.allowedAddresses)) return { permitted: true }
  const family = isIP(target.address)
  if (family === 0) return refused(`${target.address} is not an address`)
  const plain = family === 6 ? embeddedV4(target.address) : target.address
  if (plain !== null) {
    if (specialV4.check(plain, 'ipv4')) return refused(`${plain} is in a private or special network`)
  } else if (!globalV6.check(target.address, 'ipv6') || specialV6.check(target.address, 'ipv6')) {
    return refused(`${target.address} is in a private or special network`)
  }
  const own = blockListOf(policy.ownNetworks ?? [])
  const inOwn = plain !== null ? own.check(plain, 'ipv4') : own.check(target.address, 'ipv6')
  return inOwn ? refused(`${target.address} is in a network of the service`) : { permitted: true }
}

const refused = (reason: string): AddressVerdict => ({ permitted: false, reason })

function isAllowed(target: ResolvedTarget, allowed: readonly string[]): boolean {
  const host = target.host.toLowerCase()
  return allowed.some(
    (entry) =>
      entry === UNCONFINED || entry.toLowerCase() === join(host, target.port) || entry === join(target.address, target.port),
  )
}

const join = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** The IPv4 address inside an IPv4-mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96) address, else null. */
function embeddedV4(address: string): string | null {
  const words = expandV6(address)
  if (words === null) return null
  const zeroHead = (count: number) => words.slice(0, count).every((w) => w === 0)
  const mapped = zeroHead(5) && words[5] === 0xffff
  const compatible = zeroHead(6) && (words[6] !== 0 || (words[7] ?? 0) > 1)
  const nat64 = words[0] === 0x64 && words[1] === 0xff9b && words.slice(2, 6).every((w) => w === 0)
  if (!mapped && !nat64 && !compatible) return null
  const [high = 0, low = 0] = words.slice(6)
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** Eight 16-bit words, or null where the text is no IPv6 address. A zone (`%eth0`) is dropped. */
function expandV6(text: string): number[] | null {
  if (isIP(text) !== 6) return null
  let address = text.split('%')[0] ?? ''
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  if (dotted) {
    const [a, b, c, d] = dotted.slice(2).map(Number) as [number, number, number, number]
    address = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  const [head = '', tail] = address.split('::')
  const wordsOf = (part: string) => (part === '' ? [] : part.split(':').map((w) => Number.parseInt(w, 16)))
  if (tail === undefined) return wordsOf(head)
  const before = wordsOf(head)
  const after = wordsOf(tail)
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}
