import { defineTool, type Tool } from 'botyard'
import { z } from 'zod'

const DAY_MS = 86_400_000

/** Counts days. `now` is what today is; the system's clock by default, in its time zone. */
export function createDaysBetweenTool(now: () => Date = () => new Date()): Tool {
  return defineTool({
    name: 'days_between',
    description: 'Counts the days from one date until another. Dates in the past give negative numbers.',
    input: z.object({
      from: z.iso.date().optional().describe('The first date, YYYY-MM-DD; today when left out'),
      to: z.iso.date().describe('The last date, YYYY-MM-DD'),
    }),
    execute: ({ from = toDate(now()), to }) => {
      const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
      return { days, from, to }
    },
  })
}

function toDate(now: Date): string {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 10)
}
