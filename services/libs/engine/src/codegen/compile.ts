/**
 * The one place where text becomes code. A body never holds user text: names are generated, and every constant (strings, regular
 * expressions, tables) goes in through `constants`, which the body reads as `K[0]`, `K[1]`, ….
 */
export function compileFunction<F extends (...args: never[]) => unknown>(
  parameters: readonly string[],
  body: string,
  constants: readonly unknown[] = [],
): F {
  return new Function('K', `"use strict";return function(${parameters.join(',')}){${body}}`)(constants) as F
}
