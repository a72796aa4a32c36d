import { defineTool, ToolError, type Tool } from 'botyard'
import { z } from 'zod'
import { findPlace } from '../cities.ts'

/** Where a person is, for "tomorrow at 9"; kept until they say otherwise. */
export const timeZoneTool: Tool = defineTool({
  name: 'timezone',
  description:
    "Sets the person's time zone when they say where they are; without a place it tells which one is set.",
  input: z.object({
    place: z
      .string()
      .max(100)
      .optional()
      .describe('A large city, a country or an IANA time zone, such as Tokyo or Europe/Paris'),
  }),
  execute: async ({ place }, { services: { tasks } }) => {
    if (place === undefined) return describeZone(await tasks.timeZone())
    const found = findPlace(place)
    if (!found)
      throw new ToolError(
        'invalid_input',
        `I do not know the place "${place}". Name a large city, or a time zone such as Europe/Paris.`,
      )
    await tasks.setTimeZone(found.timeZone)
    return describeZone(found.timeZone)
  },
})

/** The message is names and figures only, so that it reads well in every language. */
function describeZone(timeZone: string): { readonly time_zone: string; readonly message: string } {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(new Date())
  return { time_zone: timeZone, message: `🕑 ${timeZone} (${time})` }
}
