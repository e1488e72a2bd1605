import type { Token, Trivia } from '../lex/token.ts'

/** A comment and how it stood: on a line of its own, or behind something. */
export type Comment = Readonly<{ text: string; line: boolean }>

/** A token with its printed text and the comments that belong to it. */
export type FormatToken = Readonly<{
  text: string
  key: string
  type: Token['type']
  /** What the space rules need to know: a function's name stands close to its parenthesis, a plain name does not. */
  role: 'name' | 'function' | 'keyword' | 'other'
  leading: readonly Comment[]
  trailing: readonly Comment[]
}>

/** Roles of words by the offset where they start, from the tree. */
export type NameRoles = ReadonlyMap<number, 'name' | 'function'>

/**
 * Joins tokens and comments. A comment on the line of the token before it belongs to that token, any other one to the next.
 * The last item is the end, which holds what is behind all tokens.
 */
export function formatTokens(
  text: string,
  lexed: Readonly<{ tokens: readonly Token[]; trivia: readonly Trivia[] }>,
  roles: NameRoles,
): FormatToken[] {
  const comments = lexed.trivia.filter(({ type }) => type !== 'space')
  const result: FormatToken[] = []
  let next = 0
  let previousEnd = -1
  for (const token of lexed.tokens) {
    const leading: Comment[] = []
    const trailing: Comment[] = []
    for (let comment = comments[next]; comment !== undefined && comment.start < token.start; comment = comments[next]) {
      next++
      const line = comment.type === 'line-comment'
      const same = previousEnd >= 0 && leading.length === 0 && !text.slice(previousEnd, comment.start).includes('\n')
      ;(same ? trailing : leading).push({ text: text.slice(comment.start, comment.end).trimEnd(), line })
    }
    const last = result[result.length - 1]
    if (trailing.length > 0 && last !== undefined)
      result[result.length - 1] = { ...last, trailing: [...last.trailing, ...trailing] }
    while (comments[next] !== undefined && token.type === 'end') {
      const comment = comments[next++] as Trivia
      leading.push({ text: text.slice(comment.start, comment.end).trimEnd(), line: comment.type === 'line-comment' })
    }
    result.push(formatToken(text, token, { roles, leading }))
    previousEnd = token.end
  }
  return result
}

function formatToken(
  text: string,
  token: Token,
  given: Readonly<{ roles: NameRoles; leading: readonly Comment[] }>,
): FormatToken {
  const raw = text.slice(token.start, token.end)
  const known = given.roles.get(token.start)
  const isWord = token.type === 'word'
  const role = known ?? (isWord && token.key !== '' ? 'keyword' : isWord || token.type === 'quoted' ? 'name' : 'other')
  const printed = isWord && role === 'keyword' ? token.key : raw
  return { text: printed, key: token.key, type: token.type, role, leading: given.leading, trailing: [] }
}
