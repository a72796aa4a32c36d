import { describe, expect, it } from 'vitest'
import { ask, callsOf, EVERYDAY_TOOLS, textOf, TODO_TOOLS } from '../../test/offline-model.ts'
import type { Passage } from '../messages.ts'
import type { ModelRequest } from './model.ts'
import { createOfflineModel } from './offline.ts'

describe('the calls a message asks for', () => {
  it.each<[string, ...[string, object][]]>([
    ['Add a task to buy groceries', ['add_task', { title: 'buy groceries' }]],
    ['add buy milk to my list', ['add_task', { title: 'buy milk' }]],
    [
      'Remind me to call mom tomorrow',
      ['add_task', { title: 'call mom', due_date: '2026-11-22', reminder_offset_minutes: 0 }],
    ],
    [
      'I need to finish the report by Friday',
      ['add_task', { title: 'finish the report', due_date: '2026-11-27' }],
    ],
    ['Add an urgent task to call the bank', ['add_task', { title: 'call the bank', priority: 'high' }]],
    ['add task wash the car, it can wait', ['add_task', { title: 'wash the car', priority: 'low' }]],
    [
      'create a task "Read chapter 3" with high priority',
      ['add_task', { title: 'Read chapter 3', priority: 'high' }],
    ],
    ['Add buy paint tagged home and garden', ['add_task', { title: 'buy paint', tags: ['home', 'garden'] }]],
    ['add pay rent due end of month', ['add_task', { title: 'pay rent', due_date: '2026-11-30' }]],
    ['add a task to water plants in 3 days', ['add_task', { title: 'water plants', due_date: '2026-11-24' }]],
    [
      'add dentist tomorrow, remind me 1 hour before',
      ['add_task', { title: 'dentist', due_date: '2026-11-22', reminder_offset_minutes: 60 }],
    ],
    ['Добавь задачу купить молоко', ['add_task', { title: 'купить молоко' }]],
    [
      'напомни мне завтра позвонить маме',
      ['add_task', { title: 'позвонить маме', due_date: '2026-11-22', reminder_offset_minutes: 0 }],
    ],
    [
      'добавь срочную задачу сдать отчёт к пятнице',
      ['add_task', { title: 'сдать отчёт', priority: 'high', due_date: '2026-11-27' }],
    ],
    ['мне нужно полить цветы через 3 дня', ['add_task', { title: 'полить цветы', due_date: '2026-11-24' }]],
    ['Show my tasks', ['list_tasks', {}]],
    ['show completed tasks', ['list_tasks', { status: 'completed' }]],
    ['what are my urgent tasks?', ['list_tasks', { priority: 'high' }]],
    ["what's on my list?", ['list_tasks', {}]],
    ['покажи мои задачи', ['list_tasks', {}]],
    ['какие у меня дела?', ['list_tasks', {}]],
    ['complete task 3', ['complete_task', { task_id: '3' }]],
    ['mark task 3 as done', ['complete_task', { task_id: '3' }]],
    [
      'complete tasks 1, 2 and 5',
      ['complete_task', { task_id: '1' }],
      ['complete_task', { task_id: '2' }],
      ['complete_task', { task_id: '5' }],
    ],
    ['отметь задачу 3 как выполненную', ['complete_task', { task_id: '3' }]],
    ['удали задачу №4', ['delete_task', { task_id: '4' }]],
    ['delete #4', ['delete_task', { task_id: '4' }]],
    ['rename task 2 to Buy bread', ['update_task', { task_id: '2', title: 'Buy bread' }]],
    ['move task 2 to Monday', ['update_task', { task_id: '2', due_date: '2026-11-23' }]],
    ['set priority of task 2 to high', ['update_task', { task_id: '2', priority: 'high' }]],
    ['переименуй задачу 2 на "Купить хлеб"', ['update_task', { task_id: '2', title: 'Купить хлеб' }]],
    ['finish the milk task', ['list_tasks', {}]],
  ])('todo: %s', async (text, ...calls) => {
    expect(callsOf(await ask({ text, tools: TODO_TOOLS }))).toEqual(calls)
  })

  it.each<[string, ...[string, object][]]>([
    ['what time is it?', ['current_time', {}]],
    ['What time is it in Tokyo?', ['current_time', { place: 'Tokyo' }]],
    [
      'what time is it in Tokyo and in Paris?',
      ['current_time', { place: 'Tokyo' }],
      ['current_time', { place: 'Paris' }],
    ],
    [
      'time in New York, London and Berlin',
      ['current_time', { place: 'New York' }],
      ['current_time', { place: 'London' }],
      ['current_time', { place: 'Berlin' }],
    ],
    [
      'сколько времени в Токио и в Париже?',
      ['current_time', { place: 'Токио' }],
      ['current_time', { place: 'Париже' }],
    ],
    ['который час во Владивостоке', ['current_time', { place: 'Владивостоке' }]],
    [
      'What time is it in Tokyo and what is 2 + 2?',
      ['current_time', { place: 'Tokyo' }],
      ['calculate', { expression: '2 + 2' }],
    ],
    ['2+2*3', ['calculate', { expression: '2+2*3' }]],
    ['what is 15% of 80?', ['calculate', { expression: '15% * 80' }]],
    ['calculate 12 times (3 plus 4)', ['calculate', { expression: '12 * (3 + 4)' }]],
    ['сколько будет 12 умножить на 7?', ['calculate', { expression: '12 * 7' }]],
    ['посчитай sqrt(2)^3', ['calculate', { expression: 'sqrt(2)^3' }]],
    ['convert 5 km to miles', ['convert_units', { amount: 5, from: 'km', to: 'miles' }]],
    ['100 fahrenheit in celsius', ['convert_units', { amount: 100, from: 'fahrenheit', to: 'celsius' }]],
    ['how many miles are in 5 km?', ['convert_units', { amount: 5, from: 'km', to: 'miles' }]],
    ['переведи 5 км в мили', ['convert_units', { amount: 5, from: 'км', to: 'мили' }]],
    ['сколько миль в 5 км?', ['convert_units', { amount: 5, from: 'км', to: 'миль' }]],
    [
      'how many days between 1 May 2026 and 9 June 2026?',
      ['days_between', { from: '2026-05-01', to: '2026-06-09' }],
    ],
    [
      'сколько дней между 1 мая 2026 и 9 июня 2026?',
      ['days_between', { from: '2026-05-01', to: '2026-06-09' }],
    ],
    ['проверь 7707083893', ['check_company', { inn: '7707083893' }]],
    ['7707083893', ['check_company', { inn: '7707083893' }]],
  ])('everyday: %s', async (text, ...calls) => {
    expect(callsOf(await ask({ text, tools: EVERYDAY_TOOLS }))).toEqual(calls)
  })

  it.each([
    'hello', 'thank you', 'what is the meaning of life?', "don't delete task 3", 'How do I delete a task?', 'не удаляй задачу 3',
    'delete', 'tell me a joke', 'I like tasks', 'time flies like an arrow', 'calculate the meaning of life',
  ])('nothing is called for: %s', async (text) => {
    expect(callsOf(await ask({ text, tools: [...TODO_TOOLS, ...EVERYDAY_TOOLS] }))).toEqual([])
  }) // prettier-ignore
})

describe('answers without tools', () => {
  const passages: readonly Passage[] = [
    { source: 'a.md', text: 'Returns are free.' },
    { source: 'b.md', text: 'Delivery takes three days.' },
  ]

  it('cites the passage it quotes, right behind the quote', async () => {
    expect(await ask({ text: 'How long does delivery take?', passages })).toEqual([
      ...['Delivery', ' takes', ' three', ' days.', ' [2]'].map((text) => ({ type: 'text', text })),
      { type: 'citation', passage: 1 },
      { type: 'finish', reason: 'stop', usage: { inputTokens: 18, outputTokens: 8 } },
    ])
  })

  it.each([
    ['Who wrote Hamlet?', 'I found nothing about that in the documents.'],
    [
      'Кто написал Гамлета?',
      'В документах об этом ничего нет. Они написаны по-английски, а я сравниваю только слова: попробуйте спросить по-английски.',
    ],
  ])('says that "%s" is not in the documents', async (text, answer) => {
    expect(textOf(await ask({ text, passages }))).toBe(answer)
  })

  it('says so when the documents hold nothing that fits, and speaks of documents only when there are some', async () => {
    expect(textOf(await ask({ text: 'Write me a poem', passages: [] }))).toContain(
      'nothing about that in the documents',
    )
    expect(textOf(await ask({ text: 'help', passages: [] }))).toContain('quote this bot’s documents')
    expect(textOf(await ask({ text: 'help' }))).not.toContain('documents')
  })

  it.each([
    ['hi', 'Hello!'],
    ['Привет!', 'Здравствуйте!'],
    ['thank you', 'You are welcome!'],
    ['спасибо', 'Пожалуйста!'],
    ['как дела?', 'Всё хорошо'],
    ['bye', 'Goodbye!'],
    ['help', 'offline model'],
    ['what can you do?', '- **add_task**: Adds a task to the list.'],
    ['who are you?', 'no real understanding of language'],
    ['что ты умеешь?', 'Здесь я умею:'],
    ['write me a poem about rain', '`OPENAI_API_KEY`'],
    ['напиши стихи', 'по-настоящему язык не понимаю'],
    ['', 'offline model'],
  ])('answers "%s" naturally and honestly', async (text, answer) => {
    expect(textOf(await ask({ text, tools: TODO_TOOLS }))).toContain(answer)
  })
})

describe('the stream', () => {
  const request: ModelRequest = {
    instructions: '',
    messages: [{ role: 'user', text: 'help' }],
    tools: TODO_TOOLS,
  }

  it('gives the same parts for the same request', async () => {
    expect(await ask(request)).toEqual(await ask(request))
  })

  it('ends with length at the limit of tokens', async () => {
    const parts = await ask({ ...request, maxOutputTokens: 5 })
    expect(textOf(parts)).toBe('I am Botyard’s built')
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'length', usage: { outputTokens: 5 } })
  })

  it('stops before a stop sequence', async () => {
    const parts = await ask({ ...request, stopSequences: ['offline', 'never said', ''] })
    expect(textOf(parts)).toBe('I am Botyard’s built-in')
    expect(parts.at(-1)).toMatchObject({ reason: 'stop' })
  })

  it('finishes with tool-calls when it calls, each call with an id of its own', async () => {
    const parts = await ask({ text: 'complete tasks 1 and 2', tools: TODO_TOOLS })
    expect(parts.map((part) => ('callId' in part ? part.callId : part.type))).toEqual([
      'call_1',
      'call_2',
      'finish',
    ])
    expect(parts.at(-1)).toMatchObject({ reason: 'tool-calls' })
  })

  it('waits between words when it has a pace, and an abort ends the wait at once', async () => {
    const leaving = new AbortController()
    const read = async (): Promise<void> => {
      const parts = createOfflineModel({ paceMs: 60_000 }).stream(request, { signal: leaving.signal })
      for await (const part of parts) if (part.type === 'text') leaving.abort()
    }
    const begin = performance.now()
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' })
    expect(performance.now() - begin).toBeLessThan(10_000)
  })

  it('lets others run while it streams a long answer', async () => {
    let ran = false
    setImmediate(() => (ran = true))
    const passages: readonly Passage[] = [
      { source: 'a', text: `Delivery ${'is very fast indeed '.repeat(100)}here.` },
    ]
    await ask({ text: 'delivery?', passages })
    expect(ran).toBe(true)
  })

  it('reads a message made to be slow in little time', async () => {
    const before = process.threadCpuUsage()
    for (const text of [
      'add task '.repeat(5_000),
      'в в в '.repeat(5_000),
      '1 and '.repeat(5_000),
      `((${'2+'.repeat(9_000)}`,
    ])
      await ask({ text, tools: [...TODO_TOOLS, ...EVERYDAY_TOOLS] })
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(3_000)
  })
})
