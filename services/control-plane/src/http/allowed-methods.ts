import type { FastifyInstance } from 'fastify'

/**
 * Remembers every route that is registered after it, and tells which methods a path has: what a request with another method is
 * answered, 405 instead of 404. Says nothing of whether the resource exists.
 */
export function allowedMethods(app: FastifyInstance): (path: string) => string[] {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>()
  app.addHook('onRoute', (route) => {
    const known = routes.get(route.url) ?? { pattern: patternOf(route.url), methods: new Set<string>() }
    for (const method of [route.method].flat()) known.methods.add(method)
    routes.set(route.url, known)
  })
  return (path) => [...new Set([...routes.values()].filter((r) => r.pattern.test(path)).flatMap((r) => [...r.methods]))].sort()
}

/** `/a/:b(^[a-z]+$)::verb` to a regular expression: parameters without a pattern of their own take a path segment. */
function patternOf(url: string): RegExp {
  // A doubled colon is the router's escape of a plain one.
  const parts = url.replaceAll('::', '\0').split(/(:\w+(?:\(\^[^)]*\$\))?)/)
  const source = parts.map((part) => {
    const own = /^:\w+(?:\(\^([^)]*)\$\))?$/.exec(part)
    return own ? (own[1] ?? '[^/]+') : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\0', ':')
  })
  return new RegExp(`^${source.join('')}$`)
}
