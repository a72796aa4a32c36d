import { compilePhrases } from './phrases.ts'

/** What a request can want done, in the words people use for it. The tools' names are read with the same table. */
const ACTION_PHRASES = {
  add: `
    add, create, new task, new reminder, new note, new event, make a, remember, note, remind me, schedule, write down, put, i need to, i have
    to, i must, don't forget, do not forget, добав*, созда*, запиш*, запис*, запомн*, напомн*, новая задача,
    новую задачу, новое напоминание, запланир*, мне надо, мне нужно, не забудь, внеси, занеси, заведи`,
  list: `
    list, show, display, view, see, what are, which, what do i have, what's on, what is on, покаж*,
    показать, список, выведи, перечисл*, какие, что у меня, посмотр*`,
  complete: `
    complete, completed, finish, finished, done, tick off, check off, close, i did, resolve, заверш*,
    выполн*, законч*, сделано, сделана, сделал, сделала, закрой, закрыть, готово`,
  update: `
    update, change, rename, edit, modify, move, reschedule, postpone, измен*, обнов*, переимен*,
    поменя*, перенес*, исправ*, отложи*, сдвин*, снизь, повысь`,
  delete: `
    delete, remove, drop, cancel, erase, get rid of, clear, удал*, убери, убрать, сотри, стереть,
    отмени, отменить, очисти*`,
  search: 'search, find, look for, look up, lookup, найди, найти, поищи, ищи, поиск',
  calculate: `
    calculate, compute, evaluate, work out, calc, how much is, посчита*, подсчита*, вычисл*, рассчита*,
    сколько будет`,
  convert: 'convert, переведи, перевести, конвертир*, преобразу*',
  send: 'send, email, отправ*, пошли, послать',
  check: 'check, verify, analyse, analyze, проверь, проверить, проанализир*, анализ*',
  start: 'start, begin, launch, run, запусти*, начни, начать',
  stop: 'stop, end, halt, останов*, прекрат*',
  book: 'book, reserve, заброн*, закажи, заказать',
} as const satisfies Record<string, string>

/** Verbs that only say something when no other verb is there: "mark it as done" is about done. */
const WEAK_PHRASES = {
  update: 'set, mark, make, поставь, установи, пометь',
  complete: 'отметь, отметить, сделай',
  get: `
    get, fetch, read, tell, give, what, what's, how much, how many, current, now, скажи*, подскажи*,
    дай, какой, какая, какое, который, сколько, узна*, сейчас`,
} as const satisfies Record<string, string>

/** Things requests are often about, with their other names, so that a Russian request finds an English tool. */
const TOPIC_PHRASES = {
  timezone: `
    time zone, timezone, i'm in, i am in, i live in, i moved to, i've moved to, часовой пояс, часового пояса,
    я живу в, я живу во, я нахожусь в, я сейчас в, я переехал в, я переехала в`,
  task: 'task*, todo*, to-do*, chore*, reminder*, задач*, дело, дела, дел, напоминани*',
  time: `
    time, clock, o'clock, what day, what date, today's date, the date today, час, времени, время, времён,
    какой сегодня день, какой день, какое число, какое сегодня число, какая дата`,
  date: 'date*, дата, дату, даты, число',
  days: 'days, дней, дня, дни',
  between: 'between, until, till, since, между, осталось',
  unit: 'unit*, единиц*',
  weather: 'weather, forecast, погод*',
  company: `
    company, companies, business, counterparty, компани*, контрагент*, фирм*, организаци*, инн`,
  document: 'document*, file*, документ*, файл*',
  note: 'note, notes, заметк*',
  event: 'event*, meeting*, appointment*, событи*, встреч*',
  message: 'message*, сообщени*',
  price: 'price*, cost*, цен*, стоимост*',
  order: 'order*, заказ*',
  user: 'user*, customer*, client*, пользовател*, клиент*',
  product: 'product*, item*, товар*',
  'due date': 'due date, deadline, due time, срок*, дедлайн*, дату, дата',
  reminder: 'reminder*, напоминани*',
  recurrence: 'recurrence, repetition, repeat, повтор*',
  tag: 'tag, tags, tagged, label*, тег, теги, тегом, тегами, метк*',
  priority: 'priority, приоритет*',
  title: 'title, name, названи*, имя',
  description: 'description, details, описани*',
} as const satisfies Record<string, string>

/** Fields a list can be ordered by. */
const SORT_PHRASES = {
  created_at: 'date added, creation, created, age, дате создания, дате добавления',
  updated_at: 'last change, update, updated, changed, изменени*, дате изменения',
  due_date: 'due date, due, deadline, date, сроку, срокам, дате, дедлайну',
  priority: 'priority, importance, urgency, приоритет*, важности, срочности',
  title: 'title, name, alphabet, названи*, имени, алфавиту',
} as const satisfies Record<string, string>

/** Values of a choice in the words people use for them. */
const CHOICE_PHRASES = {
  high: `
    urgent, urgently, important, critical, asap, as soon as possible, срочн*, важн*, критичн*, высок*`,
  low: `
    can wait, not urgent, not important, whenever, no rush, no hurry, подожд*, не срочно, несрочн*, не
    важно, неважн*, не к спеху, низк*`,
  medium: 'normal, средн*, обычн*',
  pending: `
    open, unfinished, remaining, active, left to do, невыполнен*, открыт*, активн*, осталось, текущ*`,
  completed: 'done, finished, complete, closed, выполнен*, сделан*, завершен*, завершён*, готов*',
  all: 'everything, every, все, всё',
  daily: 'every day, each day, каждый день, ежедневн*',
  weekly: 'every week, every * weeks, каждую неделю, еженедельн*, weeks, недели, недель',
  monthly: 'every month, каждый месяц, ежемесячн*, months, месяца, месяцев',
  asc: 'oldest first, ascending, сначала старые',
  desc: 'newest first, latest first, descending, сначала новые',
} as const satisfies Record<string, string>

export type Action = keyof typeof ACTION_PHRASES | 'get'

/** Actions that change nothing. */
export const READ_ACTIONS: ReadonlySet<Action> = new Set([
  'list',
  'search',
  'get',
  'calculate',
  'convert',
  'check',
])

/**
 * "Order a pizza", "I want to order two", and not "my order", "order 4711" or the word alone, as in `get_order`: an
 * order is mostly a thing.
 */
const ORDER_VERB = String.raw`(?<=^[^\p{L}\p{N}]*|(?<!\p{L})(?:to|please,?|(?:can|could|would)\s+you)\s+)order(?=\s+(?:\d{1,2}\s+)?\p{L})`

export const STRONG_ACTIONS = compileStrongActions()
export const WEAK_ACTIONS = compileTable(WEAK_PHRASES) as ReadonlyMap<Action, RegExp>
export const TOPICS = compileTable(TOPIC_PHRASES)
export const SORTS = compileTable(SORT_PHRASES)
export const CHOICES = compileTable(CHOICE_PHRASES)

function compileStrongActions(): ReadonlyMap<Action, RegExp> {
  const table = compileTable(ACTION_PHRASES) as ReadonlyMap<Action, RegExp>
  return new Map(table).set('book', new RegExp(`${table.get('book')?.source}|${ORDER_VERB}`, 'iu'))
}

function compileTable(table: Readonly<Record<string, string>>): ReadonlyMap<string, RegExp> {
  return new Map(Object.entries(table).map(([name, phrases]) => [name, compilePhrases(phrases)]))
}
