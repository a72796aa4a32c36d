import { z } from 'zod'
import { AppError } from '../errors.ts'
import type { CompanyStore } from '../store/store.ts'
import { CallPace } from './call-pace.ts'
import type { AffiliatedCompany, CompanyFacts, CompanyRegister } from './company.ts'
import { DaDataClient, unavailable, type DaDataOptions, type DaDataService } from './dadata-client.ts'
import { parseReply, toAffiliated, toFacts } from './parse-party.ts'

export interface RegisterOptions {
  /** Absent: every lookup throws `company_not_configured`. */
  readonly dadata: DaDataOptions | undefined
  readonly store: CompanyStore
  readonly perSecond: number
  /** Lookups that are paid for in a day of Moscow, over all replicas. */
  readonly perDay: number
  readonly cacheMs: number
  readonly onWarning: (message: string, error: unknown) => void
}

export interface OpenRegister extends CompanyRegister {
  close(): Promise<void>
}

/** A company that is not there may be registered tomorrow, so that is forgotten sooner. */
const NOT_FOUND_MS = 3_600_000
const MOST_AFFILIATED = 100

/** Looks companies up at DaData, each at most once at a time and once in the life of the cache. */
export function createRegister(options: RegisterOptions): OpenRegister {
  const lookups = new Lookups(options)
  return {
    find: async ({ digits }, { signal }) => await within(signal, () => lookups.find(digits)),
    findAffiliated: async (inn, { signal }) => await within(signal, () => lookups.findAffiliated(inn)),
    close: () => lookups.close(),
  }
}

interface LookupBody {
  readonly query: string
  readonly count?: number
  readonly branch_type?: 'MAIN'
}

interface Found {
  readonly suggestions: ReturnType<typeof parseReply>
  readonly fetchedAt: Date
}

class Lookups {
  readonly #options: RegisterOptions
  readonly #client: DaDataClient | undefined
  readonly #pace: CallPace
  readonly #running = new Map<string, Promise<Found>>()

  constructor(options: RegisterOptions) {
    this.#options = options
    const { dadata, perSecond } = options
    this.#client = dadata && new DaDataClient(dadata)
    this.#pace = new CallPace({ perSecond, longestMs: dadata?.timeoutMs ?? 1_000 })
  }

  async find(digits: string): Promise<CompanyFacts | undefined> {
    // Branches share the number of their company; sole traders have none and so no branch type.
    const legal = digits.length === 10 || digits.length === 13
    const found = await this.#lookUp('findById/party', {
      query: digits,
      ...(legal && { branch_type: 'MAIN' }),
    })
    const [first] = found.suggestions
    if (!first) return undefined
    return read(() => toFacts(first.data, first.value, found.fetchedAt))
  }

  async findAffiliated(inn: string): Promise<readonly AffiliatedCompany[]> {
    const { suggestions } = await this.#lookUp('findAffiliated/party', { query: inn, count: MOST_AFFILIATED })
    return suggestions.flatMap(({ data, value }) => {
      const company = toAffiliated(data, value)
      return company && company.inn !== inn ? [company] : []
    })
  }

  async close(): Promise<void> {
    await this.#client?.close()
  }

  /** Several who ask the same at once wait for one call. */
  #lookUp(service: DaDataService, body: LookupBody): Promise<Found> {
    const name = `${service} ${body.query}`
    const running = this.#running.get(name)
    if (running) return running
    const lookup = this.#remembered(service, body).finally(() => this.#running.delete(name))
    this.#running.set(name, lookup)
    return lookup
  }

  async #remembered(service: DaDataService, body: LookupBody): Promise<Found> {
    const { store } = this.#options
    const key = { service, query: body.query }
    const kept = await store.find(key)
    if (kept) return { suggestions: parseKept(kept.body), fetchedAt: kept.fetchedAt }
    const suggestions = await this.#ask(service, body).catch((error: unknown) => {
      this.#options.onWarning(`a lookup of a company failed: ${service}`, error)
      throw error
    })
    const forMs =
      suggestions.length > 0 ? this.#options.cacheMs : Math.min(NOT_FOUND_MS, this.#options.cacheMs)
    if (forMs > 0) await this.#keep({ ...key, body: JSON.stringify({ suggestions }), forMs })
    return { suggestions, fetchedAt: new Date() }
  }

  async #ask(service: DaDataService, body: LookupBody): Promise<Found['suggestions']> {
    const { store, perDay } = this.#options
    if (!this.#client) throw new AppError('company_not_configured')
    await this.#pace.pass()
    if (!(await store.spend(dayInMoscow(new Date()), perDay)))
      throw new AppError('company_quota_exhausted', {
        cause: new Error(`the budget of ${perDay} lookups a day (DADATA_REQUESTS_PER_DAY) is used up`),
      })
    const reply = await this.#client.call(service, body)
    return read(() => parseReply(reply))
  }

  /** What was paid for is told even if it cannot be remembered. */
  async #keep(record: Parameters<CompanyStore['keep']>[0]): Promise<void> {
    try {
      await this.#options.store.keep(record)
    } catch (error) {
      this.#options.onWarning('a company that was looked up could not be remembered', error)
    }
  }
}

function parseKept(body: string | null): Found['suggestions'] {
  return body === null ? [] : parseReply(JSON.parse(body))
}

function read<Value>(parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const fields = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    throw unavailable(`DaData answered in a way that is not understood: ${fields}`)
  }
}

/** DaData counts its quotas by days of Moscow, which has no summer time. */
function dayInMoscow(now: Date): string {
  return new Date(now.getTime() + 3 * 3_600_000).toISOString().slice(0, 10)
}

/** Whoever leaves stops waiting; the lookup itself goes on, since it is paid for. Whoever has left begins none. */
async function within<Value>(signal: AbortSignal, lookUp: () => Promise<Value>): Promise<Value> {
  signal.throwIfAborted()
  const left = Promise.withResolvers<never>()
  const leave = (): void => left.reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([lookUp(), left.promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
