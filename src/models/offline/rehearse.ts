import { setImmediate as nextTick } from 'node:timers/promises'
import type { ToolSpec } from '../../messages.ts'
import { decide } from './decide.ts'

/** Latin letters and others are matched by code of their own; it is compiled at the first match, and better at the second. */
const QUESTIONS = ['What time is it in Tokyo?', 'Сколько времени в Токио?']
const TIMES = 2

const TOOLS: readonly ToolSpec[] = [
  defineSpec('current_time', { place: { type: 'string' } }),
  defineSpec('days_between', {
    from: { type: 'string', format: 'date' },
    to: { type: 'string', format: 'date' },
  }),
]

/** Decides made-up questions, so that the first real one does not wait for what is compiled on first use. */
export async function rehearse(): Promise<void> {
  for (const text of QUESTIONS)
    for (let time = 0; time < TIMES; time++) {
      // Others have their turn in between.
      await nextTick()
      decide({ instructions: '', messages: [{ role: 'user', text }], tools: TOOLS }, new Date())
    }
}

function defineSpec(name: string, properties: Readonly<Record<string, object>>): ToolSpec {
  return {
    name,
    description: '',
    inputSchema: { type: 'object', properties, required: Object.keys(properties) },
  }
}
