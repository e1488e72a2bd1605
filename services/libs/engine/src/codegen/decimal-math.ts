/** Arithmetic of unscaled decimals, rounding half up (away from zero) as java.math.RoundingMode.HALF_UP. */
const POWERS: bigint[] = [1n]

export function pow10(exponent: number): bigint {
  while (POWERS.length <= exponent) POWERS.push(POWERS.at(-1)! * 10n)
  return POWERS[exponent]!
}

/** Moves the point by `shift` digits: positive multiplies, negative divides and rounds. */
export function rescale(unscaled: bigint, shift: number): bigint {
  if (shift >= 0) return unscaled * pow10(shift)
  return divideHalfUp(unscaled, pow10(-shift))
}

export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend - quotient * divisor
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** Plain notation with exactly `scale` digits after the point. */
export function decimalText(unscaled: bigint | number, scale: number): string {
  const value = BigInt(unscaled)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
  return value < 0n ? `-${text}` : text
}

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/

/** Unscaled value at `scale` of a number in text (java.math.BigDecimal's syntax), rounded half up; null where it is not a number. */
export function parseDecimal(text: string, scale: number): bigint | null {
  const match = DECIMAL_TEXT.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return null
  const shift = scale - fraction.length + Number(exponent)
  if (shift > 400) return null
  if (shift < -400) return 0n
  const value = rescale(BigInt(whole + fraction), shift)
  return sign === '-' ? -value : value
}
