/**
 * How frames travel from one subtask to another: one writer, one reader, in order, never waiting. Two implementations: a queue in
 * the same thread (also the twin for simulation) and a ring in shared memory.
 */
export interface FramePipe {
  /** false = no credit now; nothing was taken. `urgent` frames (barriers, watermarks, the end) may use the reserved credit. */
  write(frame: Uint8Array, urgent: boolean): boolean
  /** The next frame, at a multiple of 8 in its buffer and valid until the next read; undefined = nothing is there. */
  read(): Uint8Array | undefined
}

/** Credit that only urgent frames may use. */
export const RESERVED_BYTES = 4096
