/** What takes the place of a secret. */
const SCRUBBED = '[secret]'

/** Where a word begins in JSON text, also right behind an escape such as `\n` or `%0A`. */
const WORD_START = String.raw`(?:(?<![\w-])|(?<=\\[bfnrt])|(?<=\\u[\da-f]{4})|(?<=%[\da-f]{2}))`

/** Things that are secret wherever they come from. No pattern can match a quote or a backslash, so JSON stays JSON. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Keys of OpenAI, Anthropic, xAI.
  [new RegExp(String.raw`${WORD_START}(?:sk|xai)-[\w-]{10,}`, 'gi'), SCRUBBED],
  // Telegram bot tokens, also in `/bot<token>/` of a URL.
  [/\d{8,10}:[\w-]{35}/g, SCRUBBED],
  // JSON Web Tokens.
  [new RegExp(String.raw`${WORD_START}eyJ[\w-]{8,}\.[\w-]{2,}\.[\w-]*`, 'gi'), SCRUBBED],
  [/\b(bearer\s+)[\w.~+/=-]{6,}/gi, `$1${SCRUBBED}`],
  // The bounds keep a hostile line of many `://` from costing quadratic time.
  [/(:\/\/[^\s:/?#@"\\]{0,128}:)[^\s@"\\]{1,256}(?=@)/g, `$1${SCRUBBED}`],
  [/([?&](?:api[-_]?key|key|access[-_]?token|token|auth|secret|password)=)[^&\s"\\#]+/gi, `$1${SCRUBBED}`],
]

/** Shorter values are part of ordinary words; scrubbing them would spoil the log and hide nothing. */
const SHORTEST_SECRET = 4

/**
 * A function that replaces secrets in finished text: the given values, as they are, JSON-escaped (up to three times) and
 * URL-encoded, and whatever looks like a key, a token or a password in a URL.
 */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(writtenForms)
  // The longest first: a secret may begin with another one.
  const forms = [...new Set(known)].sort((a, b) => b.length - a.length)
  const exact =
    forms.length > 0 ? new RegExp(forms.map((form) => escapePattern(form)).join('|'), 'g') : undefined
  return (text) => {
    let clean = exact ? text.replace(exact, SCRUBBED) : text
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement)
    return clean
  }
}

function writtenForms(secret: string): readonly string[] {
  const inJson = escapeJson(secret)
  const inJsonText = escapeJson(inJson)
  return [secret, inJson, inJsonText, escapeJson(inJsonText), encodeURIComponent(secret), encodeURI(secret)]
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function escapePattern(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
}
