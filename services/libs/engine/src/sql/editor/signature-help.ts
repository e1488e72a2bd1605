/** Signature help: the call around the cursor and which argument is being written. */
import { FUNCTION_DOCS } from '../functions/docs/function-docs.ts'
import { findBuiltInFunction } from '../functions/function-table.ts'
import { type EditorDocument, nameOf, openDocument } from './document.ts'
import type { EditorRequest } from './request.ts'

export interface SignatureHelp {
  readonly name: string
  /** `NAME(<TYPE>, …)`, one for each form. */
  readonly signatures: readonly string[]
  /** From 0. */
  readonly activeArgument: number
  readonly documentation?: string
}

export function signatureAt(request: EditorRequest): SignatureHelp | undefined {
  const document = openDocument(request)
  const call = callAround(document, request.offset)
  const definition = call && findBuiltInFunction(call.name)
  if (call === undefined || definition === undefined) return undefined
  const { name, args, parameters } = definition
  const forms = args.signatures.length > 0 ? args.signatures : [parameters.join(', ')]
  const documentation = FUNCTION_DOCS[name]?.text
  return {
    name,
    signatures: forms.map((form) => `${name}(${form})`),
    activeArgument: call.argument,
    ...(documentation === undefined ? {} : { documentation }),
  }
}

function callAround(
  { tokens, text }: EditorDocument,
  offset: number,
): { readonly name: string; readonly argument: number } | undefined {
  let depth = 0
  let argument = 0
  for (let i = tokens.length - 1; i >= 0; i--) {
    const token = tokens[i]!
    if (token.start >= offset) continue
    if (token.key === ')' || token.key === ']') depth++
    else if (token.key === '[') depth--
    else if (token.key === ',' && depth === 0) argument++
    else if (token.key === '(' && depth-- === 0) {
      const name = tokens[i - 1] && nameOf(tokens[i - 1]!, text)
      if (name !== undefined && findBuiltInFunction(name) !== undefined) return { name, argument }
      depth = 0
      argument = 0
    }
  }
  return undefined
}
