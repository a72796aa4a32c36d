/** @typedef {import('../event-stream.js').AnswerEvent} AnswerEvent */

/**
 * Plays the spoken sentences of answers one after the other. Browsers let a page make sounds only once somebody has
 * touched it; until then sentences wait.
 */
export class Speaker {
  /** @type {AudioContext | null} */
  #context = null
  /** @type {AudioBufferSourceNode | null} */
  #playing = null
  #queue = Promise.resolve()
  /** Counts silences, so that what was waiting stays silent. */
  #silences = 0
  #on

  /** @param {boolean} on */
  constructor(on) {
    this.#on = on
  }

  get on() {
    return this.#on
  }

  /** @param {boolean} on */
  turn(on) {
    this.#on = on
    if (on) this.unlock()
    else this.silence()
  }

  /** To be called while the reader touches something: from then on sounds are allowed. */
  unlock() {
    if (!this.#on) return
    this.#context ??= new AudioContext()
    void this.#context.resume().catch(() => {})
  }

  /** Stops what plays and forgets what waits. */
  silence() {
    this.#silences += 1
    this.#playing?.stop()
    this.#playing = null
  }

  /** @param {AnswerEvent['data']} sentence The data of an `audio` event. */
  play(sentence) {
    if (!this.#on) return
    const silences = this.#silences
    const isWanted = () => this.#on && silences === this.#silences
    this.#context ??= new AudioContext()
    const context = this.#context
    const decoded = decode(context, sentence).catch(() => null)
    const before = this.#queue
    const say = async () => {
      await before
      const buffer = await decoded
      if (buffer && isWanted()) await this.#sound(context, buffer)
    }
    this.#queue = say()
  }

  /**
   * @param {AudioContext} context
   * @param {AudioBuffer} buffer
   * @returns {Promise<void>} Resolves when it has been said, or stopped.
   */
  async #sound(context, buffer) {
    const source = context.createBufferSource()
    source.buffer = buffer
    source.connect(context.destination)
    this.#playing = source
    const said = new Promise((resolve) => source.addEventListener('ended', resolve))
    source.start()
    await said
  }
}

/**
 * @param {AudioContext} context
 * @param {{ chunk: string, encoding?: string, sampleRate?: number }} sentence
 * @returns {Promise<AudioBuffer>}
 */
async function decode(context, { chunk, encoding = '', sampleRate = 24_000 }) {
  const bytes = Uint8Array.from(atob(chunk), (character) => character.charCodeAt(0))
  const { buffer } = bytes
  // Raw samples have no header to be recognised by; a WAV file of such samples has.
  const raw =
    /^(?:linear16|pcm)/i.test(encoding) && !String.fromCharCode(...bytes.subarray(0, 4)).startsWith('RIFF')
  return raw
    ? fromSamples(context, new Int16Array(buffer, 0, bytes.length >> 1), sampleRate)
    : context.decodeAudioData(buffer)
}

/**
 * @param {AudioContext} context
 * @param {Int16Array} samples
 * @param {number} sampleRate
 */
function fromSamples(context, samples, sampleRate) {
  const buffer = context.createBuffer(1, Math.max(1, samples.length), sampleRate)
  buffer.copyToChannel(
    Float32Array.from(samples, (sample) => sample / 32_768),
    0,
  )
  return buffer
}
