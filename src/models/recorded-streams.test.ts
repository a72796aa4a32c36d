import { describe, expect, test } from 'vitest'
import { PlayingDispatcher } from '../../test/playing-dispatcher.ts'
import { readParts, textOf } from '../../test/read-model.ts'
import { recording } from '../../test/recording.ts'
import { createAnthropicModel } from './anthropic.ts'
import { createCohereModel } from './cohere.ts'
import type { FinishReason, Model, ModelPart } from './model.ts'
import { createOpenAIModel } from './openai.ts'

/** What providers have really sent; see `test/recordings/README.md`. */
interface Recorded {
  readonly name: string
  readonly create: (options: { model: string; dispatcher: PlayingDispatcher }) => Model
  /** In the event that says why the answer ended; before its end the answer is not whole. */
  readonly ending: string
  readonly text?: string
  /** Id, tool and input. */
  readonly calls?: readonly (readonly [string, string, string])[]
  readonly reason: FinishReason
  /** Input and output tokens. */
  readonly usage: readonly [number, number]
}

const JOKE = `Arrrr, matey! Shiver me timbers, here's a pirate-style joke for ye:

Why did the pirate want to go to the dentist? 

A: Because he was looking for a treasure chest! 

Arrrr, matey, I hope ye laughed ye arrrrs off! 

If ye want more pirate jokes, I'll be happy to make ye walk the plank with more hilarious tales. 

 Let me know if ye want me to sail through more pirate-themed humor!`

const openai = { create: createOpenAIModel, ending: '"finish_reason":"' }
const cohere = { create: createCohereModel, ending: '"type":"message-end"' }
const anthropic = { create: createAnthropicModel, ending: '"type":"message_delta"' }

const RECORDED: readonly Recorded[] = [
  {
    ...openai,
    name: 'openai-text',
    text: 'Hello! How can I assist you today?',
    reason: 'stop',
    usage: [19, 9],
  },
  { ...openai, name: 'openai-length', reason: 'length', usage: [12, 100] },
  {
    ...openai,
    name: 'openai-tool-call',
    calls: [
      ['call_c91SqDXlYFuETYv8mUHzz6pp', 'GetWeatherArgs', '{"city":"Edinburgh","country":"UK","units":"c"}'],
    ],
    reason: 'tool-calls',
    usage: [76, 24],
  },
  {
    ...openai,
    name: 'openai-parallel-tool-calls',
    calls: [
      ['call_8wSWhuzOhClEzH8c2pYjRIiz', 'get_current_weather', '{"format": "celsius", "location": "北京"}'],
      ['call_RbImHA6tBOwuzwIAvsQKFOox', 'get_history_weather', '{"format": "celsius", "location": "洛阳"}'],
    ],
    reason: 'tool-calls',
    usage: [172, 57],
  },
  { ...cohere, name: 'cohere-text', text: JOKE, reason: 'stop', usage: [69, 110] },
  {
    ...cohere,
    name: 'cohere-parallel-tool-calls',
    calls: [
      ['get_time_dg5wwc00d8v5', 'get_time', '{\n    "location": "Tokyo"\n}'],
      ['get_weather_bc8241gkqss5', 'get_weather', '{\n    "location": "Tokyo"\n}'],
    ],
    reason: 'tool-calls',
    usage: [968, 83],
  },
  {
    ...cohere,
    name: 'cohere-tool-call-without-input',
    calls: [['currentTime_y46ar19t5gvw', 'currentTime', '{}']],
    reason: 'tool-calls',
    usage: [1445, 43],
  },
  { ...anthropic, name: 'anthropic-text', text: 'Hello!', reason: 'stop', usage: [13, 5] },
  {
    ...anthropic,
    name: 'anthropic-tool-use',
    text: "I'll check the current weather in Paris for you.",
    calls: [['toolu_01NRLabsLyVHZPKxbKvkfSMn', 'get_weather', '{"location": "Paris"}']],
    reason: 'tool-calls',
    usage: [377, 65],
  },
  {
    ...anthropic,
    name: 'anthropic-parallel-tool-use',
    text: "Certainly! I can help you with that information. To get the weather and current time in San Francisco, I'll need to use two separate functions. Let me fetch that data for you.",
    calls: [
      [
        'toolu_014x5X91kx3fvdhpLvwXZWE2',
        'get_weather',
        '{"location": "San Francisco, CA", "unit": "celsius"}',
      ],
      ['toolu_0121kXsENLvoDZ72LCuAnCCz', 'get_time', '{"timezone": "America/Los_Angeles"}'],
    ],
    reason: 'tool-calls',
    usage: [506, 153],
  },
]

/** However the text was cut into parts. */
function summarise(parts: readonly ModelPart[]): string {
  return JSON.stringify([textOf(parts), ...parts.filter(({ type }) => type !== 'text')])
}

function expectedOf({ text = '', calls = [], reason, usage: [inputTokens, outputTokens] }: Recorded): string {
  const toolCalls = calls.map(([callId, tool, input]) => ({ type: 'tool-call', callId, tool, input }))
  return JSON.stringify([
    text,
    ...toolCalls,
    { type: 'finish', reason, usage: { inputTokens, outputTokens } },
  ])
}

describe.each(RECORDED)('the recording $name', (recorded) => {
  const bytes = Buffer.from(recording(recorded.name))
  const dispatcher = new PlayingDispatcher()
  const model = recorded.create({ model: 'm', dispatcher })
  const read = async (...pieces: readonly Buffer[]): Promise<string> => {
    dispatcher.play(...pieces)
    return summarise(await readParts(model))
  }

  test('is read as what was said', async () => {
    expect(await read(bytes)).toBe(expectedOf(recorded))
  })

  test('is read alike wherever the network cuts it', async () => {
    const expected = expectedOf(recorded)
    const wrong: number[] = []
    for (let cut = 1; cut < bytes.length; cut++)
      if ((await read(bytes.subarray(0, cut), bytes.subarray(cut))) !== expected) wrong.push(cut)
    expect(wrong).toEqual([])
  })

  test('is a broken answer wherever it stops before its ending', async () => {
    const end = bytes.indexOf('\n\n', bytes.indexOf(recorded.ending)) + 1
    const codes = new Set<string>()
    for (let cut = 0; cut <= end; cut = cut < end ? Math.min(cut + 5, end) : cut + 1)
      codes.add(
        await read(bytes.subarray(0, cut)).then(
          () => `whole at ${cut}`,
          ({ code }: { code: string }) => code,
        ),
      )
    expect([...codes]).toEqual(['model_stream_broken'])
  })
})

/** Seen behind a gateway: https://github.com/vercel/ai/issues/18331 */
test('a second answer behind half of the first is a broken answer, not both', async () => {
  const half = recording('anthropic-parallel-tool-use').split('\n\n').slice(0, 18).join('\n\n') + '\n\n'
  const dispatcher = new PlayingDispatcher()
  const model = createAnthropicModel({ model: 'm', dispatcher })
  dispatcher.play(Buffer.from(half + recording('anthropic-tool-use')))
  await expect(readParts(model)).rejects.toMatchObject({ code: 'model_stream_broken' })
})

test('a first event that a gateway sends twice changes nothing', async () => {
  const [start = '', ...rest] = recording('anthropic-text').split('\n\n')
  const dispatcher = new PlayingDispatcher()
  const model = createAnthropicModel({ model: 'm', dispatcher })
  dispatcher.play(Buffer.from([start, start, ...rest].join('\n\n')))
  expect(await readParts(model)).toEqual([
    { type: 'text', text: 'Hello!' },
    { type: 'finish', reason: 'stop', usage: { inputTokens: 13, outputTokens: 5 } },
  ])
})
