/**
 * One event of an answer.
 *
 * @typedef {object} AnswerEvent
 * @property {string} id
 * @property {string} name
 * @property {any} data Parsed JSON.
 */

/** The server sends something at least every 15 s; a connection silent for three times as long is dead. */
const SILENCE_MS = 45_000

/**
 * Reads server-sent events until the response ends. Ends quietly too when the connection falls silent.
 *
 * @param {Response} response
 * @returns {AsyncGenerator<AnswerEvent, void>}
 */
export async function* readEvents(response) {
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const watch = watchSilence(() => void reader.cancel().catch(() => {}))
  let text = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      watch.heard()
      const frames = (text + value).split('\n\n')
      text = frames.pop() ?? ''
      yield* frames.flatMap((frame) => parseFrame(frame) ?? [])
    }
  } finally {
    watch.end()
    await reader.cancel().catch(() => {})
  }
}

/**
 * @param {string} frame
 * @returns {AnswerEvent | undefined} Undefined for a heartbeat.
 */
function parseFrame(frame) {
  /** @type {Record<string, string>} */
  const fields = {}
  for (const line of frame.split('\n')) {
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    if (name) fields[name] = value
  }
  const { id = '', event: name = 'message', data } = fields
  return data ? { id, name, data: JSON.parse(data) } : undefined
}

/** @param {() => void} onSilence */
function watchSilence(onSilence) {
  let timer = setTimeout(onSilence, SILENCE_MS)
  return {
    heard() {
      clearTimeout(timer)
      timer = setTimeout(onSilence, SILENCE_MS)
    },
    end: () => clearTimeout(timer),
  }
}
