/** A small stream of pseudo-random numbers that is a pure function of (seed, n, lane): murmur3's finaliser over a counter. */
export class Noise {
  #a = 0
  #b = 0
  #i = 0

  at(seed: number, n: number, lane = 0): this {
    this.#a = mix((seed | 0) ^ Math.imul(lane + 1, 0x9e3779b1))
    this.#b = mix((n | 0) ^ this.#a) ^ mix(Math.floor(n / 4294967296) + 0x7f4a7c15)
    this.#i = 0
    return this
  }

  /** 32 bits, unsigned. */
  bits(): number {
    this.#i = (this.#i + 0x9e3779b9) | 0
    return mix(this.#b ^ mix(this.#i ^ this.#a)) >>> 0
  }

  /** A whole number in [0, bound), bound at most 2^32. */
  below(bound: number): number {
    return Math.floor((this.bits() / 4294967296) * bound)
  }

  /** [0, 1) with 53 bits. */
  unit(): number {
    return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992
  }
}

function mix(x: number): number {
  let h = x | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
