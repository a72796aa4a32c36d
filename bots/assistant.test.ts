import { expect, it } from 'vitest'
import { createOfflineModel } from '../src/models/offline.ts'
import { toolContext } from '../test/tool-context.ts'
import { assistant } from './assistant.ts'

const signal = new AbortController().signal

/** The tools the offline model calls for `text`, with what they return. */
async function callTools(text: string): Promise<readonly unknown[]> {
  const request = {
    instructions: assistant.instructions,
    messages: [{ role: 'user', text } as const],
  }
  const results: unknown[] = []
  for await (const part of createOfflineModel().stream({ ...request, tools: assistant.tools }, { signal })) {
    if (part.type !== 'tool-call') continue
    const tool = assistant.tools.find(({ name }) => name === part.tool)
    results.push(await tool?.run(JSON.parse(part.input), toolContext()))
  }
  return results
}

it.each(assistant.suggestions)('its suggestion "%s" works with the offline model', async (suggestion) => {
  const results = await callTools(suggestion)
  expect(results).toHaveLength(suggestion.includes('and in') ? 2 : 1)
})

it.each([
  ['сколько времени в Москве?', 'Москва: '],
  ['сколько будет 15% от 80', '15% * 80 = 12'],
  ['переведи 10 миль в километры', '10 mi = 16.0934 km'],
  ['what is the square root of 144?', 'sqrt(144) = 12'],
  ['how much is 2 to the power of 10', '2 ^ 10 = 1024'],
  ['how many pounds are in 5 kg', '5 kg = 11.0231 lb'],
])('understands "%s" without a real model', async (text, message) => {
  expect(await callTools(text)).toEqual([
    expect.objectContaining({ message: expect.stringContaining(message) }),
  ])
})
