import { type FramePipe, RESERVED_BYTES } from './frame-pipe.ts'

/** A pipe inside one thread. Frames of any size pass; the credit counts bytes that are under way. */
export function createLocalPipe(capacityBytes: number): FramePipe {
  const frames: Uint8Array[] = []
  let under = 0
  return {
    write(frame, urgent) {
      const limit = urgent ? capacityBytes : capacityBytes - RESERVED_BYTES
      if (under > 0 && under + frame.length > limit) return false
      frames.push(frame)
      under += frame.length
      return true
    },
    read() {
      const frame = frames.shift()
      if (frame) under -= frame.length
      return frame
    },
  }
}
