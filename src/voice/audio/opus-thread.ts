import { createEncoder, type OpusEncoderHandle } from 'libopus-wasm'
import { SAMPLE_RATE } from '../voice.ts'
import { serveThread } from './serve-thread.ts'
import { toOggOpus } from './ogg-opus.ts'

/** 20 ms, the usual packet. */
const FRAME_SIZE = SAMPLE_RATE / 50
/** Speech is clear at this rate. */
const BITS_PER_SECOND = 24_000

/** The main of the thread that makes Ogg Opus of PCM. */
serveThread(async (pcm: Uint8Array): Promise<Uint8Array> => {
  const samples = new Int16Array(pcm.slice().buffer)
  const encoder = await createEncoder({
    channels: 1,
    sampleRate: SAMPLE_RATE,
    frameSize: FRAME_SIZE,
    bitrate: BITS_PER_SECOND,
    complexity: 5,
  })
  try {
    return encode(samples, encoder)
  } finally {
    encoder.free()
  }
})

function encode(samples: Int16Array, encoder: OpusEncoderHandle): Uint8Array {
  const lookahead = encoder.getLookahead()
  const frames = Math.ceil((samples.length + lookahead) / FRAME_SIZE)
  // The silence at the end pushes the last of the sound out of the encoder.
  const padded = new Int16Array(frames * FRAME_SIZE)
  padded.set(samples)
  const packets = Array.from({ length: frames }, (_, index) =>
    encoder.encode(padded.subarray(index * FRAME_SIZE, (index + 1) * FRAME_SIZE)).slice(),
  )
  return toOggOpus({
    packets,
    sampleRate: SAMPLE_RATE,
    frameSize: FRAME_SIZE,
    lookahead,
    samples: samples.length,
  })
}
