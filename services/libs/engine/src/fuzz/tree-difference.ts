/**
 * Members that say how a tree was written, not what it means: where it stood, whether a name was in back-ticks, whether a row
 * was written with ROW.
 */
const WRITING: ReadonlySet<string> = new Set(['span', 'quoted', 'explicit'])

/**
 * Where two trees differ in more than their writing: a path of members from the root; undefined where they do not. The case
 * of a function's name is writing too.
 */
export function treeDifference(one: unknown, other: unknown, anyCase = false): string | undefined {
  if (one === other) return undefined
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    const same = anyCase && typeof one === 'string' && typeof other === 'string' && one.toUpperCase() === other.toUpperCase()
    return same ? undefined : `: ${JSON.stringify(one)} and ${JSON.stringify(other)}`
  }
  const isCall = (one as Members)['kind'] === 'Call'
  for (const key of Object.keys(one)) {
    if (WRITING.has(key)) continue
    const found = treeDifference((one as Members)[key], (other as Members)[key], anyCase || (isCall && key === 'name'))
    if (found !== undefined) return `.${key}${found}`
  }
  for (const key of Object.keys(other)) if ((other as Members)[key] !== undefined && !(key in one)) return `.${key}: only in one`
  return undefined
}

type Members = Readonly<Record<string, unknown>>
