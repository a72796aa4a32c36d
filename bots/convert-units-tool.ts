import { defineTool, type Tool } from 'botyard'
import { z } from 'zod'
import { convertUnits } from './units.ts'

export const convertUnitsTool: Tool = defineTool({
  name: 'convert_units',
  description:
    'Converts an amount from one unit to another: length, mass, volume, area, speed, time, data, energy, temperature.',
  input: z.object({
    amount: z.number().describe('How many'),
    from: z.string().max(40).describe('The unit of the amount, such as km'),
    to: z.string().max(40).describe('The unit wanted, such as miles'),
  }),
  execute: ({ amount, from, to }) => {
    const conversion = convertUnits(amount, from, to)
    const message = `${amount} ${conversion.from} = ${conversion.result} ${conversion.to}`
    return { amount, ...conversion, message }
  },
})
