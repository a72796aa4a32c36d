import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { Narration, type NarrationOptions } from './narration.ts'

interface Asked {
  readonly text: string
  readonly signal: AbortSignal
  readonly answer: PromiseWithResolvers<Uint8Array>
}

/** A narration whose sentences are spoken when the test says so. */
function narrate(options: Partial<NarrationOptions> = {}) {
  const asked: Asked[] = []
  const narration = new Narration({
    speak: (text, _sequence, signal) => {
      const answer = Promise.withResolvers<Uint8Array>()
      asked.push({ text, signal, answer })
      return answer.promise
    },
    maxChars: 1_000,
    waitMs: 10_000,
    ...options,
  })
  const say = (index: number): void => asked[index]?.answer.resolve(Buffer.from(asked[index]?.text ?? ''))
  return { narration, asked, say, texts: () => asked.map(({ text }) => text) }
}

async function rest(narration: Narration): Promise<readonly string[]> {
  const told: string[] = []
  for (let next = await narration.next(); next; next = await narration.next())
    told.push('bytes' in next ? `${next.sequence} ${Buffer.from(next.bytes).toString()}` : next.problem.code)
  return told
}

test('a sentence is spoken while the next one is still being written', () => {
  const { narration, texts } = narrate()
  narration.push('Hello **there**. How')
  expect(texts()).toEqual(['Hello there.'])
})

test('audio comes in the order of the sentences, whichever is ready first, and no more than two are begun', async () => {
  const { narration, say, texts } = narrate()
  narration.push('One. Two. `x` Three. Four.')
  narration.end()
  expect(texts()).toEqual(['One.', 'Two.'])
  const all = rest(narration)
  say(1)
  await delay(1)
  say(0)
  await expect.poll(texts).toEqual(['One.', 'Two.', 'x Three.', 'Four.'])
  say(3)
  say(2)
  expect(await all).toEqual(['0 One.', '1 Two.', '2 x Three.', '3 Four.'])
})

test('code and what cannot be said is passed over', async () => {
  const { narration, texts } = narrate()
  narration.push('Look:\n```\nrm -rf /. No!\n```\n🎉\n\n---\n\nDone.')
  narration.end()
  expect(texts()).toEqual(['Look:', 'Done.'])
})

test('nothing is spoken beyond the characters, nor what follows the sentence that does not fit', async () => {
  const { narration, say, texts } = narrate({ maxChars: 12 })
  narration.push('One two. Three four five. Six. ')
  narration.end()
  say(0)
  expect(await rest(narration)).toEqual(['0 One two.'])
  expect(texts()).toEqual(['One two.'])
})

test('a failure is told once and ends it; what was begun is given up', async () => {
  const { narration, asked } = narrate()
  narration.push('One. Two. Three. ')
  asked[0]?.answer.reject(new AppError('speech_unavailable'))
  expect(await rest(narration)).toEqual(['speech_unavailable'])
  expect(asked[1]?.signal.aborted).toBe(true)
  narration.push('Four. Five.')
  narration.end()
  expect(await narration.next()).toBeUndefined()
  expect(asked).toHaveLength(2)
})

test('when the text is complete the last audio has so long and no longer', async () => {
  const { narration, asked } = narrate({ waitMs: 5 })
  narration.push('One. Two.')
  narration.end()
  expect(await rest(narration)).toEqual(['speech_unavailable'])
  expect(asked.every(({ signal }) => signal.aborted)).toBe(true)
})

test('to cancel it stops the speech, also of who does not listen to signals', async () => {
  const { narration, asked } = narrate()
  narration.push('One. Two. Three.')
  const next = narration.next()
  narration.cancel()
  expect(await next).toBeUndefined()
  expect(asked[0]?.signal.aborted).toBe(true)
})

test('of a text that is replaced only what was told stays', async () => {
  const { narration, say, texts } = narrate()
  narration.push('Wrong one. Wrong two. And')
  const all = rest(narration)
  say(0)
  await delay(1)
  narration.replace('Right. ')
  narration.end()
  expect(texts()).toEqual(['Wrong one.', 'Wrong two.', 'Right.'])
  say(2)
  expect(await all).toEqual(['0 Wrong one.', '2 Right.'])
})

describe('a narration that goes on where another ended', () => {
  test('passes over what was spoken, under the same numbers', async () => {
    const { narration, say, texts } = narrate({ skip: 2 })
    narration.push('One. Two. Three.')
    narration.end()
    expect(texts()).toEqual(['Three.'])
    say(0)
    expect(await rest(narration)).toEqual(['2 Three.'])
  })
})
