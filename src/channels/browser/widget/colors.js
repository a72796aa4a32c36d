/** @typedef {readonly [red: number, green: number, blue: number]} Color Each 0 to 255. */

/** Text is read easily from this contrast on, says WCAG 2. */
const READABLE = 4.5
/** @type {Color} */
const WHITE = [255, 255, 255]
/** @type {Color} */
const BLACK = [0, 0, 0]
/** Where text in the accent colour stands: `--paper` of the two themes. */
const PAPERS = /** @type {const} */ ({ light: [251, 250, 248], dark: [23, 23, 22] })

/**
 * The style properties for an accent colour, readable in both themes whatever the colour is.
 *
 * @param {string} text `#rrggbb`
 * @returns {Record<string, string>} None when the text is no such colour.
 */
export function accentProperties(text) {
  const brand = parse(text)
  if (!brand) return {}
  const light = readable(brand, PAPERS.light, BLACK)
  const dark = readable(brand, PAPERS.dark, WHITE)
  return {
    '--brand': show(brand),
    '--on-brand': show(onTopOf(brand)),
    '--accent': `light-dark(${show(light)}, ${show(dark)})`,
    '--on-accent': `light-dark(${show(onTopOf(light))}, ${show(onTopOf(dark))})`,
    '--said': `color-mix(in srgb, ${show(brand)} 14%, var(--raised))`,
  }
}

/**
 * `color`, moved towards `end` until it can be read on `paper`.
 *
 * @param {Color} color
 * @param {Color} paper
 * @param {Color} end
 * @returns {Color}
 */
function readable(color, paper, end) {
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = mix(color, end, part)
    if (contrast(mixed, paper) >= READABLE) return mixed
  }
  return end
}

/**
 * @param {Color} color
 * @returns {Color}
 */
function onTopOf(color) {
  return contrast(WHITE, color) >= contrast(BLACK, color) ? WHITE : BLACK
}

/**
 * From 1 to 21.
 *
 * @param {Color} one
 * @param {Color} other
 */
function contrast(one, other) {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** @param {Color} color */
function luminance(color) {
  const [red = 0, green = 0, blue = 0] = color.map((value) =>
    value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/**
 * @param {Color} from
 * @param {Color} to
 * @param {number} part
 * @returns {Color}
 */
function mix(from, to, part) {
  const [red, green, blue] = from.map((value, index) => Math.round(value + ((to[index] ?? 0) - value) * part))
  return [red ?? 0, green ?? 0, blue ?? 0]
}

/**
 * @param {string} text
 * @returns {Color | undefined}
 */
function parse(text) {
  const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? []
  if (!red || !green || !blue) return undefined
  return [parseInt(red, 16), parseInt(green, 16), parseInt(blue, 16)]
}

/** @param {Color} color */
function show(color) {
  return `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
