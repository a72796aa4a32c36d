import { z } from 'zod'
import { defineBot } from '../src/bot.ts'
import { AppError } from '../src/errors.ts'
import { createFakePoe, type FakePoe, type PoeChat } from '../src/fakes/poe.ts'
import { defineTool } from '../src/tools/tool.ts'
import { calls, failing, finish, hanging, scriptedModel, text, type ScriptedModel } from './scripted-model.ts'
import { postJson, startTestApp, type TestApp } from './test-app.ts'

/** The access key of the bot `test`. */
export const KEY = 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk'
export const SALES_KEY = 'ssssssssssssssssssssssssssssssss'

export interface PoeApp {
  readonly app: TestApp
  readonly poe: FakePoe
  readonly model: ScriptedModel
  /** What the server has logged. */
  readonly log: readonly string[]
  /** A new conversation with a bot. Default: `Test`. */
  readonly chat: (bot?: string) => PoeChat
  /** Sends the bot `test` what Poe would send. */
  readonly send: (body: unknown) => Promise<Response>
  /** Ends the thinking of the model that was told to `think`. */
  readonly answer: (words: string) => void
  close(): Promise<void>
}

/** The server with the bot `test` at `/` and the bot `sales`, and Poe beside it. */
export async function startPoeApp(): Promise<PoeApp> {
  const thought = Promise.withResolvers<string>()
  const model = createModel(thought.promise)
  const poe = await createFakePoe()
  const log: string[] = []
  const app = await startTestApp({
    model,
    bot: {
      tools: TOOLS,
      limits: { events: 30_000 },
      suggestions: ['More?'],
      poe: { parameterControls: CONTROLS, suggestedReplies: true },
    },
    moreBots: [
      defineBot({
        name: 'sales',
        instructions: 'Sell.',
        model,
        poe: { path: '/bots/sales', price: { usdMilliCents: 30 }, allowAttachments: false },
      }),
    ],
    env: {
      POE_ACCESS_KEY: KEY,
      POE_ACCESS_KEYS: `sales=${SALES_KEY}`,
      POE_BASE_URL: poe.url,
      POE_UPLOAD_URL: poe.uploadUrl,
    },
    log: { write: (line) => log.push(line) },
  })
  poe.add('Test', { url: `${app.url}/`, accessKey: KEY })
  poe.add('Sales', { url: `${app.url}/bots/sales`, accessKey: SALES_KEY })
  return {
    app,
    poe,
    model,
    log,
    chat: (bot = 'Test') => poe.chat(bot),
    send: (body) => postJson(`${app.url}/`, body, { authorization: `Bearer ${KEY}` }),
    answer: thought.resolve,
    close: async () => {
      await app.close()
      await poe.close()
    },
  }
}

/** The last words choose what the model does. */
function createModel(thought: Promise<string>): ScriptedModel {
  // oxlint-disable-next-line complexity -- one line for each thing to say
  return scriptedModel(async function* answer(request, signal) {
    const last = request.messages.at(-1)
    const words = last?.role === 'user' ? last.text : ''
    if (last?.role === 'tool') yield* text(`The tool said ${last.output}`)
    else if (/^(?:remember|upload|charge|weather)/.test(words)) yield* calls([words.split(' ')[0] ?? '', {}])
    else if (words === 'too long') yield* failing(new AppError('model_context_too_long'))(request, signal)
    else if (words === 'break') yield* failing(new AppError('model_unavailable'), 'Well,')(request, signal)
    else if (words === 'hang') yield* hanging('Half')(request, signal)
    else if (words === 'think') yield* text(await thought)
    else if (words === 'many') {
      for (let index = 0; index < 20_000; index++) yield { type: 'text', text: 'x' } as const
      yield finish('stop')
    } else yield* text('Hello ', 'there.')
  })
}

const TOOLS = [
  defineTool({
    name: 'remember',
    description: 'Counts.',
    input: z.object({}),
    execute: (_, { origin, emit }) => {
      const count = Number(origin?.metadata ?? 0) + 1
      emit({ type: 'data', name: 'metadata', value: String(count) })
      return { count, language: origin?.languageCode, parameters: origin?.parameters }
    },
  }),
  defineTool({
    name: 'upload',
    description: 'Gives a file.',
    input: z.object({}),
    execute: async (_, { origin, emit }) => {
      const file = await origin?.uploadFile({ name: 'report.csv', bytes: Buffer.from('a,b') })
      if (file) emit(file)
      return 'uploaded'
    },
  }),
  defineTool({
    name: 'charge',
    description: 'Costs something.',
    input: z.object({}),
    execute: async (_, { origin }) => {
      await origin?.authorizeCost([{ usdMilliCents: 0.5, description: 'One look' }])
      await origin?.captureCost([{ usdMilliCents: 1 }])
      return 'charged'
    },
  }),
]

/** What the bot `test` lets people choose. */
export const CONTROLS = {
  api_version: '2' as const,
  sections: [
    {
      controls: [
        {
          control: 'drop_down' as const,
          label: 'Tone',
          parameter_name: 'tone',
          default_value: 'plain',
          options: ['plain', 'warm'].map((value) => ({ value, name: value })),
        },
      ],
    },
  ],
}
