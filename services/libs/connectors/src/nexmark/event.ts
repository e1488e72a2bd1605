/**
 * The Nexmark auction stream (events, proportions and hot keys as in the Nexmark benchmark's generator), seeded: event n is a pure
 * function of (seed, n, rate, base time), so that two runs and two engines see the same stream. Event time ascends with n.
 */
import { Noise } from '../generated/noise.ts'

export interface Person {
  id: number
  name: string
  emailAddress: string
  creditCard: string
  city: string
  state: string
  dateTime: number
  extra: string
}
export interface Auction {
  id: number
  itemName: string
  description: string
  initialBid: number
  reserve: number
  dateTime: number
  expires: number
  seller: number
  category: number
  extra: string
}
export interface Bid {
  auction: number
  bidder: number
  price: number
  channel: string
  url: string
  dateTime: number
  extra: string
}
export type NexmarkKind = 'person' | 'auction' | 'bid'

export interface NexmarkOptions {
  readonly seed: number
  /** Events a second of event time. */
  readonly rate: number
  /** Event time of event 0, epoch ms. */
  readonly baseTime: number
}

const FIRST_ID = 1000
const STATES = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']
const CITIES = ['Phoenix', 'Los Angeles', 'San Francisco', 'Boise', 'Portland', 'Bend', 'Redmond', 'Seattle', 'Kent', 'Cheyenne']
const FIRST_NAMES = ['Peter', 'Paul', 'Luke', 'John', 'Saul', 'Vicky', 'Kate', 'Julie', 'Sarah', 'Deiter', 'Walter']
const LAST_NAMES = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones', 'Noris']
const HOT_CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple']
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** Of 50 events in a row the first is a person, three are auctions, 46 are bids. */
export function nexmarkKind(n: number): NexmarkKind {
  const r = n % 50
  return r < 1 ? 'person' : r < 4 ? 'auction' : 'bid'
}

/** A power of ten, log-uniform over six decades, in cents. */
const price = (noise: Noise): number => Math.round(10 ** (noise.unit() * 6) * 100)

function letters(noise: Noise, length: number): string {
  let text = ''
  while (text.length < length) {
    let bits = noise.bits()
    for (let k = 0; k < 6 && text.length < length; k++) {
      text += LETTERS[bits % 26]
      bits = Math.floor(bits / 26)
    }
  }
  return text
}

const lastPerson = (n: number): number => Math.floor(n / 50)
function lastAuction(n: number): number {
  const epoch = Math.floor(n / 50)
  const offset = n % 50
  return offset < 1 ? (epoch - 1) * 3 + 2 : epoch * 3 + Math.min(offset - 1, 2)
}
function somePerson(noise: Noise, n: number): number {
  const people = lastPerson(n) + 1
  const active = Math.min(people, 1000)
  return people - active + noise.below(active + 10)
}
function someAuction(noise: Noise, n: number): number {
  const newest = Math.max(lastAuction(n), 0)
  const oldest = Math.max(newest - 100, 0)
  return oldest + noise.below(newest - oldest + 1 + 10)
}

const tail = (noise: Noise): string => letters(noise, 20 + noise.below(21))
const url = (noise: Noise): string =>
  `https://www.nexmark.com/${letters(noise, 5)}/${letters(noise, 5)}/${letters(noise, 5)}/item.htm?query=1`

/** Channels and their URLs come from a fixed table of 10,000 (made from the seed alone), as in the benchmark. */
function channelOf(i: number, seed: number): { channel: string; url: string } {
  const own = new Noise().at(seed, i, 77)
  const base = url(own)
  if (i < 0) return { channel: HOT_CHANNELS[-i - 1]!, url: base }
  return { channel: `channel-${i}`, url: own.below(10) > 0 ? `${base}&channel_id=${own.bits()}` : base }
}

export class NexmarkGenerator {
  readonly #options: NexmarkOptions
  readonly #noise = new Noise()
  readonly #channels = new Map<number, { channel: string; url: string }>()

  constructor(options: NexmarkOptions) {
    this.#options = options
  }

  timeOf(n: number): number {
    return this.#options.baseTime + Math.floor((n * 1000) / this.#options.rate)
  }

  person(n: number): Person {
    const noise = this.#noise.at(this.#options.seed, n)
    const digits = () => String(noise.below(10000)).padStart(4, '0')
    return {
      id: lastPerson(n) + FIRST_ID,
      name: `${FIRST_NAMES[noise.below(11)]} ${LAST_NAMES[noise.below(9)]}`,
      emailAddress: `${letters(noise, 7)}@${letters(noise, 5)}.com`,
      creditCard: `${digits()} ${digits()} ${digits()} ${digits()}`,
      city: CITIES[noise.below(10)]!,
      state: STATES[noise.below(6)]!,
      dateTime: this.timeOf(n),
      extra: tail(noise),
    }
  }

  auction(n: number): Auction {
    const noise = this.#noise.at(this.#options.seed, n)
    const hot = noise.below(4) > 0
    const seller = hot ? Math.floor(lastPerson(n) / 100) * 100 : somePerson(noise, n)
    const category = 10 + noise.below(5)
    const initialBid = price(noise)
    const horizon = Math.max(
      1,
      Math.floor(((n + 1666) * 1000) / this.#options.rate) - Math.floor((n * 1000) / this.#options.rate),
    )
    return {
      id: lastAuction(n) + FIRST_ID,
      itemName: letters(noise, 8 + noise.below(13)),
      description: letters(noise, 30 + noise.below(41)),
      initialBid,
      reserve: initialBid + price(noise),
      dateTime: this.timeOf(n),
      expires: this.timeOf(n) + 1 + noise.below(Math.max(horizon * 2, 1)),
      seller: seller + FIRST_ID,
      category,
      extra: tail(noise),
    }
  }

  bid(n: number): Bid {
    const { seed } = this.#options
    const noise = this.#noise.at(seed, n)
    const auction = noise.below(2) > 0 ? Math.floor(Math.max(lastAuction(n), 0) / 100) * 100 : someAuction(noise, n)
    const bidder = noise.below(4) > 0 ? Math.floor(lastPerson(n) / 100) * 100 + 1 : somePerson(noise, n)
    const amount = price(noise)
    const at = noise.below(2) > 0 ? -1 - noise.below(4) : noise.below(10000)
    let channel = this.#channels.get(at)
    if (!channel) {
      channel = channelOf(at, seed)
      this.#channels.set(at, channel)
    }
    return {
      auction: auction + FIRST_ID,
      bidder: bidder + FIRST_ID,
      price: amount,
      ...channel,
      dateTime: this.timeOf(n),
      extra: tail(noise),
    }
  }
}
