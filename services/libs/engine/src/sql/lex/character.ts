/** Character classes of Flink's lexer. */

const LETTER = 1
const DIGIT = 2

const LETTER_RANGES: readonly (readonly [number, number])[] = [
  [0x24, 0x24],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x1fff],
  [0x3040, 0x318f],
  [0x3300, 0x3d2d],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
]

const DIGIT_RANGES: readonly (readonly [number, number])[] = [
  [0x30, 0x39],
  [0x660, 0x669],
  [0x6f0, 0x6f9],
  [0x966, 0x96f],
  [0x9e6, 0x9ef],
  [0xa66, 0xa6f],
  [0xae6, 0xaef],
  [0xb66, 0xb6f],
  [0xbe7, 0xbef],
  [0xc66, 0xc6f],
  [0xce6, 0xcef],
  [0xd66, 0xd6f],
  [0xe50, 0xe59],
  [0xed0, 0xed9],
  [0x1040, 0x1049],
]

const CLASSES: Uint8Array = (() => {
  const classes = new Uint8Array(0x10000)
  for (const [from, to] of LETTER_RANGES) classes.fill(LETTER, from, to + 1)
  for (const [from, to] of DIGIT_RANGES) classes.fill(DIGIT, from, to + 1)
  return classes
})()

/** May begin a name. Outside of the end of text (NaN) nothing is looked up. */
export function isLetter(code: number): boolean {
  return CLASSES[code] === LETTER
}

/** May go on in a name. */
export function isNamePart(code: number): boolean {
  return (CLASSES[code] as number) > 0
}

/** 0 to 9: the digits of numbers. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13 && code !== 11)
}
