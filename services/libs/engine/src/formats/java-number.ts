/** Numbers as Java prints them: what Flink's casts and formats show. */

/** Java's Double.toString (JDK 19 and later: shortest digits; always a fraction; E notation below 1e-3 and from 1e7). */
export function javaDoubleText(value: number): string {
  return javaText(value, String(Math.abs(value)))
}

/** Java's Float.toString of a value that is already rounded to f32. */
export function javaFloatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return javaText(value, String(Math.abs(value)))
  const magnitude = Math.abs(value)
  for (let precision = 1; precision <= 9; precision++) {
    const text = magnitude.toPrecision(precision)
    if (Math.fround(Number(text)) === magnitude) return javaText(value, text)
  }
  return javaText(value, String(magnitude))
}

function javaText(value: number, magnitude: string): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}Infinity`
  const { digits, exponent } = scientific(magnitude)
  if (digits === '') return `${sign}0.0`
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
    const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
    return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
  }
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`
}

/** Decimal text → significant digits without zeros at either end, and the power of ten of the first one. */
function scientific(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  const lead = all.length - all.replace(/^0+/, '').length
  const digits = all.slice(lead).replace(/0+$/, '')
  return { digits, exponent: whole.length - 1 - lead + Number(power) }
}

/** An unscaled integer at `scale` digits as plain text, for example (-5n, 2) → -0.05. */
export function plainDecimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return unscaled.toString()
  const negative = unscaled < 0n
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Java's BigDecimal.toString: plain while the exponent is at least −6, scientific below. */
export function javaDecimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString()
  const adjusted = digits.length - 1 - scale
  if (scale >= 0 && adjusted >= -6) return plainDecimalText(unscaled, scale)
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
  return `${unscaled < 0n ? '-' : ''}${mantissa}E${adjusted >= 0 ? '+' : ''}${adjusted}`
}
