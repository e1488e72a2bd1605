interface Document {
  readonly info: { readonly title: string; readonly description?: string }
  readonly paths?: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly summary?: string; readonly operationId?: string; readonly tags?: readonly string[] }>>
    >
  >
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

/** The operations on one page, by tag; the machine-readable document is /openapi.json. */
export function docsPage(document: Document): string {
  const byTag = new Map<string, string[]>()
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'other'
      const line = `<tr><td><code>${method.toUpperCase()}</code></td><td><code>${escapeHtml(path)}</code></td><td>${escapeHtml(operation.summary ?? '')}</td></tr>`
      byTag.set(tag, [...(byTag.get(tag) ?? []), line])
    }
  }
  const sections = [...byTag].map(([tag, lines]) => `<h2>${escapeHtml(tag)}</h2><table>${lines.join('')}</table>`).join('')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(document.info.title)}</title>
<style>body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}td{padding:.15rem .8rem .15rem 0;vertical-align:top}</style>
<h1>${escapeHtml(document.info.title)}</h1><p>${escapeHtml(document.info.description ?? '')}</p><p>OpenAPI 3.1: <a href="/openapi.json">/openapi.json</a></p>${sections}</html>`
}
