/** What one binding shares: the catalog, where diagnostics go, and the bounds that keep any input finite. */
import type { BindingContext, QueryCallbacks } from '../bound/binding-context.ts'
import type { BoundRel, ObjectPath } from '../bound/rel.ts'
import type { SessionContext } from '../catalog/catalog.ts'
import { resolveFunctionName } from '../catalog/lookup.ts'
import { type Diagnostic, DiagnosticSink } from '../diagnostic/diagnostic.ts'
import type { Span } from '../text/span.ts'

/** Queries inside of queries, views included. */
const QUERY_DEPTH_MAX = 64
/** Nodes of one bound statement; common tables and views count at each use. */
const REL_NODES_MAX = 10_000

/** A message, or one with a hint. */
export type DiagnosticText = string | readonly [message: string, hint: string | undefined]

/** A bound query; what failed is marked, so that its users stay silent about it. */
export interface QueryResult {
  readonly rel: BoundRel
  /** Output columns whose expression could not be typed. */
  readonly broken: ReadonlySet<number>
  /** True where even the list of columns is unknown. */
  readonly open: boolean
}

/** A view's rows, and how many relations it expands to. */
export interface ExpandedView {
  readonly result: QueryResult
  readonly size: number
}

/** A place in the text where a name or star stands, and what it means: views are stored with these written out. */
export interface NameExpansion {
  readonly span: Span
  readonly text: string
}

/** What sinks and sources can do, by their options; answered by whoever knows the connectors. */
export interface ConnectorFacts {
  /** Kinds of change a sink takes; undefined when unknown. */
  sinkChanges(options: Readonly<Record<string, string>>): readonly ('I' | 'UB' | 'UA' | 'D')[] | undefined
  /** Kinds of change a source makes; undefined when unknown. */
  sourceChanges(options: Readonly<Record<string, string>>): readonly ('I' | 'UB' | 'UA' | 'D')[] | undefined
}

export class BinderState {
  readonly session: SessionContext
  readonly sink = new DiagnosticSink()
  readonly streaming: boolean
  readonly connectors: ConnectorFacts | undefined
  readonly expansions: NameExpansion[] = []
  /** Views bound so far, and those being bound now (to refuse a cycle). */
  readonly views: Map<string, ExpandedView | 'binding'>
  readonly #around: BinderState | undefined
  #depth: number
  #nodes = 0
  #overflow = false

  /** `around`: the statement that uses the view being bound; bounds and views are shared with it, diagnostics are not. */
  constructor(session: SessionContext, connectors: ConnectorFacts | undefined, around?: BinderState) {
    this.session = session
    this.connectors = connectors
    this.#around = around
    this.#depth = around?.depth ?? 0
    this.views = around?.views ?? new Map()
    this.streaming = (session.config['execution.runtime-mode'] ?? 'streaming').toLowerCase() !== 'batch'
  }

  /** For binders of expressions and types. */
  readonly report = (diagnostic: Diagnostic): void => this.sink.add(diagnostic)

  error(code: string, span: Span, text: DiagnosticText): void {
    const [message, hint] = typeof text === 'string' ? [text] : text
    this.sink.add({ code, severity: 'error', message, span, ...(hint === undefined ? {} : { hint }) })
  }

  warning(code: string, span: Span, [message, hint]: readonly [message: string, hint: string | undefined]): void {
    this.sink.add({ code, severity: 'warning', message, span, ...(hint === undefined ? {} : { hint }) })
  }

  get depth(): number {
    return this.#depth
  }

  get failed(): boolean {
    return this.sink.errorCount > 0
  }

  /** Runs `body` one query level deeper, or reports the bound and returns undefined. */
  nested<T>(span: Span, body: () => T): T | undefined {
    if (this.#depth >= QUERY_DEPTH_MAX) {
      this.error('SQL_QUERY_TOO_DEEP', span, `Queries are nested more than ${QUERY_DEPTH_MAX} levels deep.`)
      return undefined
    }
    this.#depth++
    try {
      return body()
    } finally {
      this.#depth--
    }
  }

  /** Relations so far, common tables and views counted at each use. */
  get nodes(): number {
    return this.#around?.nodes ?? this.#nodes
  }

  /** Counts nodes; false (reported once) when the statement grew over its bound. */
  grow(nodes: number, span: Span): boolean {
    if (this.#around !== undefined) return this.#around.grow(nodes, span)
    this.#nodes += nodes
    if (this.#nodes <= REL_NODES_MAX) return true
    if (!this.#overflow) this.error('SQL_QUERY_TOO_LARGE', span, `The statement expands to more than ${REL_NODES_MAX} relations.`)
    this.#overflow = true
    return false
  }

  /** The context for expressions that stand in `place`. */
  context(place: string, query?: QueryCallbacks): BindingContext {
    return {
      config: this.session.config,
      place,
      report: this.report,
      resolveFunction: (parts) => {
        const found = resolveFunctionName(this.session, parts)
        return found === undefined ? undefined : { path: found.path, fn: found.object }
      },
      ...(query === undefined ? {} : { query }),
    }
  }
}

export function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

export function showPath(path: ObjectPath): string {
  return path.filter((part) => part !== '').join('.')
}
