import type { Message } from '../../messages.ts'
import type { ModelRequest } from '../model.ts'
import { detectLanguage, type Language } from './language.ts'
import { READ_CHARACTERS } from './intent.ts'
import { answerFromPassages } from './passages.ts'
import { type Plan, planStep, type PlannedCall, readFinished } from './plan.ts'
import { readRefusal } from './refusal.ts'
import { describeResult } from './results.ts'
import {
  describeAbsence,
  describeConfusion,
  describeObstacle,
  isSmallTalk,
  replyToSmallTalk,
} from './talk.ts'
import { asksForSummary, quoteBeginnings } from './summary.ts'
import { type OfflineTool, readTool } from './tool.ts'

/** One step of a turn: calls to make, or an answer with the passages it cites (counted from 0). */
export type Decision =
  | { readonly kind: 'calls'; readonly calls: readonly PlannedCall[] }
  | { readonly kind: 'answer'; readonly text: string; readonly cited: readonly number[] }

/** Decides from the request alone, so the same request always gets the same answer. Dates count from `now`. */
export function decide(request: ModelRequest, now: Date): Decision {
  const { passages, question } = request
  const messages = request.messages.map(readBegin)
  const tools = request.tools.map(readTool)
  const lastUser = messages.findLastIndex(({ role }) => role === 'user')
  const message = messages[lastUser]
  const text = message?.role === 'user' ? message.text : ''
  const language = detectLanguage(userTexts(messages))
  const finished = readFinished(messages.slice(lastUser + 1))
  const { instructions } = request
  const begin = (question ?? text).slice(0, READ_CHARACTERS)
  if (isSmallTalk(text)) return answerWithoutTools(begin, { language, tools, passages, instructions })

  const asked = continueQuestion(messages.slice(0, lastUser), { text, tools, now })
  const plan = planStep(asked, { tools, finished, now })
  if (plan.calls.length > 0) return { kind: 'calls', calls: plan.calls }
  const outcome = describeOutcome(plan, language)
  if (outcome !== '') return { kind: 'answer', text: outcome, cited: [] }
  return answerWithoutTools(begin, { language, tools, passages, instructions })
}

/** Every expression below runs over what people write, and many look back and forth: none may be given a megabyte. */
function readBegin(message: Message): Message {
  if (message.role !== 'user' || message.text.length <= READ_CHARACTERS) return message
  return { ...message, text: message.text.slice(0, READ_CHARACTERS) }
}

function userTexts(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) => (message.role === 'user' ? message.text : [])).toReversed()
}

/** The results of this turn and what could not be done, in one text. */
function describeOutcome({ results, obstacles }: Plan, language: Language): string {
  const said = results.map((call) => describeResult(call, language))
  const separator = said.some((result) => result.includes('\n')) ? '\n\n' : '\n'
  const asked = obstacles.map((obstacle) => describeObstacle(obstacle, language))
  return [said.join(separator), ...asked].filter((part) => part !== '').join('\n\n')
}

function answerWithoutTools(
  text: string,
  {
    language,
    tools,
    passages,
    instructions,
  }: {
    language: Language
    tools: readonly OfflineTool[]
    passages: ModelRequest['passages']
    instructions: string
  },
): Decision {
  const reply = replyToSmallTalk(text, language, { tools, hasDocuments: passages !== undefined })
  if (reply !== undefined) return { kind: 'answer', text: reply, cited: [] }
  if (!passages) {
    const refusal = readRefusal(instructions, language) ?? describeConfusion(language, tools)
    return { kind: 'answer', text: refusal, cited: [] }
  }
  const begins = asksForSummary(text) ? quoteBeginnings(passages, language) : undefined
  const answer = begins ?? answerFromPassages(text, passages)
  if (answer) return { kind: 'answer', ...answer }
  const written = passages.map((passage) => passage.text).join(' ')
  const documents = written === '' ? language : detectLanguage([written])
  return { kind: 'answer', text: describeAbsence(language, documents), cited: [] }
}

/**
 * When the last answer was a question of ours, the message is its answer: the two requests are read as one. That
 * it was ours is checked by asking again what we would have asked.
 */
function continueQuestion(
  earlier: readonly Message[],
  { text, tools, now }: { text: string; tools: readonly OfflineTool[]; now: Date },
): string {
  const lastUser = earlier.findLastIndex(({ role }) => role === 'user')
  const before = earlier[lastUser]
  const answer = earlier.at(-1)
  if (before?.role !== 'user' || answer?.role !== 'assistant' || /\n/.test(text.trim())) return text
  const first = planStep(before.text, { tools, finished: [], now })
  const finished = readFinished(earlier.slice(lastUser + 1))
  const plan =
    first.calls.length > 0 && finished.length > 0 ? planStep(before.text, { tools, finished, now }) : first
  // What tools returned in earlier turns is often not kept; then the question is known by its first words.
  const ours = [...plan.obstacles, ...plan.doubts].find((obstacle) =>
    (['en', 'ru'] as const).some((spoken) =>
      answer.text.includes(describeObstacle(obstacle, spoken).trimEnd()),
    ),
  )
  if (!ours || planStep(text, { tools, finished: [], now }).understood) return text
  if (ours.kind === 'missing') {
    const answer =
      ours.parameter.kind === 'text' ? `${ours.parameter.name}: "${text.replaceAll('"', '')}"` : text
    return `${before.text.replace(/[.!?\s]+$/, '')} ${answer}`
  }
  return before.text.replace(ours.reference, text)
}
