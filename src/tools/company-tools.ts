import { z } from 'zod'
import { assessRisk } from '../company/assess-risk.ts'
import { parseCompanyNumber } from '../company/company-number.ts'
import { AppError } from '../errors.ts'
import { defineTool, ToolError, type Tool } from './tool.ts'

const number = z
  .string()
  .max(40)
  .describe('The INN (10 or 12 digits) or the OGRN (13 or 15 digits) of the company, as the person wrote it')

const checkCompany = defineTool({
  name: 'check_company',
  description:
    'What the Russian state registers say about a company or sole trader, and a risk score by rules. A field that is null is unknown, never none.',
  input: z.object({ number }),
  timeoutMs: 65_000,
  execute: async ({ number: text }, { services, signal }) => {
    const facts = await orToolError(services.companies.find(requireNumber(text), { signal }))
    if (!facts) throw new ToolError('not_found', 'No company has this number.')
    return { facts, risk: assessRisk(facts, new Date()) }
  },
})

const findAffiliated = defineTool({
  name: 'find_affiliated_companies',
  description: 'Companies that share founders or managers with the company of this INN.',
  input: z.object({ inn: number }),
  timeoutMs: 65_000,
  execute: async ({ inn }, { services, signal }) =>
    await orToolError(services.companies.findAffiliated(requireNumber(inn).digits, { signal })),
})

/** The tools with which a bot looks up companies; they need `DADATA_API_KEY`. */
export const companyTools: readonly Tool[] = Object.freeze([checkCompany, findAffiliated])

function requireNumber(text: string): NonNullable<ReturnType<typeof parseCompanyNumber>> {
  const parsed = parseCompanyNumber(text.replaceAll(/\s/g, ''))
  if (parsed) return parsed
  throw new ToolError('invalid_number', 'The checksum of this number is wrong. Ask the person to check it.')
}

async function orToolError<Value>(lookup: Promise<Value>): Promise<Value> {
  try {
    return await lookup
  } catch (error) {
    throw error instanceof AppError ? new ToolError(error.code, error.message, { cause: error.cause }) : error
  }
}
