import { defineTool, type Tool } from 'botyard'
import { z } from 'zod'
import { findPlace, type Place } from './cities.ts'

/** The time anywhere. `now` is the clock; the system's by default. */
export function createCurrentTimeTool(now: () => Date = () => new Date()): Tool {
  return defineTool({
    name: 'current_time',
    description:
      'Tells the current date and time in a city, a country or an IANA time zone. Call it once for each place; ' +
      'without a place it tells the time of the server.',
    input: z.object({
      place: z
        .string()
        .max(100)
        .optional()
        .describe('A large city or an IANA time zone, such as Tokyo or Europe/Paris'),
    }),
    execute: ({ place }) => describeTime(requirePlace(place), now()),
  })
}

function requirePlace(text: string | undefined): Place {
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const place = text === undefined ? { name: timeZone, timeZone } : findPlace(text)
  if (place) return place
  throw new Error(
    `I do not know the place "${text}". Name a large city, or a time zone such as Europe/Paris.`,
  )
}

/** The message is figures only, so that it reads well in every language. */
function describeTime({ name, timeZone }: Place, now: Date): Readonly<Record<string, string>> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'long',
    timeZoneName: 'longOffset',
  })
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const { year, month, day, hour, minute, weekday = '', timeZoneName = 'GMT' } = parts
  const date = `${year}-${month}-${day}`
  const time = `${hour}:${minute}`
  const offset = timeZoneName === 'GMT' ? 'UTC+00:00' : timeZoneName.replace('GMT', 'UTC')
  return {
    place: name,
    timeZone,
    date,
    time,
    weekday,
    offset,
    message: `${name}: ${time}, ${date} (${offset})`,
  }
}
