import type { Span } from '../text/span.ts'

/** One part of a name, with the user's case. */
export type Name = Readonly<{ value: string; quoted: boolean; span: Span }>

/** A simple or dotted name. `parts` is never empty. */
export type Identifier = Readonly<{ kind: 'Identifier'; parts: readonly Name[]; span: Span }>
