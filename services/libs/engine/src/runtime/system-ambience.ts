import { type Clock, seededRandom, systemClock, systemRandom } from '@millrace/kit'

/** The real clock, and randomness in [0, 1) seeded by the system: made where a process or thread begins, handed on from there. */
export function systemAmbience(): { readonly clock: Clock; readonly random: () => number } {
  return { clock: systemClock, random: seededRandom(Buffer.from(systemRandom(6)).readUIntBE(0, 6)) }
}
