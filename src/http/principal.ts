import type { FastifyReply, FastifyRequest } from 'fastify'
import { ACCOUNT_PREFIX, type Account } from '../answer-claim.ts'
import { AppError } from '../errors.ts'
import { bearerOf } from './bearer.ts'

/**
 * What somebody may do: `user` their own things, `operator` also the chatbots of their account, `admin` everything. The
 * token of a machine belongs to no account, so its operator manages the server, see `managesServer`.
 */
export type Role = 'user' | 'operator' | 'admin'

/** The `userId` of tokens that machines use to operate the server: they belong to no account. */
export const NOBODY = 0

/** Who sent a request, as a valid token says. */
export interface Principal {
  /** `NOBODY` for the token of a machine. */
  readonly userId: number
  readonly role: Role
}

/** Finds out whose token it is. Throws `token_invalid`, or `database_unavailable` when it cannot be known now. */
export type Authenticate = (token: string) => Promise<Principal>

/** Whose rows a person owns, on every channel: the `subject` of their turns and the scope of their tools' rows. */
export function subjectOf({ userId }: Pick<Principal, 'userId'>): Account {
  return `${ACCOUNT_PREFIX}${userId}`
}

/** The account a request came from, on routes that are open to everybody; null for whoever has not signed in. */
export async function accountOf(request: FastifyRequest, gate: Gate | undefined): Promise<Account | null> {
  const person = await gate?.find(request)
  return person ? subjectOf(person) : null
}

/** True for who may do and read what concerns everybody: admins, and machines. */
export function managesServer({ userId, role }: Principal): boolean {
  return role === 'admin' || (role === 'operator' && userId === NOBODY)
}

type CountUse = (principal: Principal, request: FastifyRequest, reply: FastifyReply) => Promise<void>

/** A route option `onRequest`: runs before the body is read and before anything of the request is validated. */
export type GateHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * Lets signed-in people through to a route. A route names one of the hooks and then asks `principalOf`:
 *
 * @example
 * routes.get('/api/tasks', { onRequest: gate.signedIn, schema }, async (request) =>
 *   tasks.list(gate.principalOf(request).userId))
 */
export class Gate {
  readonly #authenticate: Authenticate
  readonly #count: CountUse
  readonly #principals = new WeakMap<FastifyRequest, Principal>()

  /** `count` hears of every request that was let through; it may throw `rate_limited`. */
  constructor(authenticate: Authenticate, count: CountUse = async () => undefined) {
    this.#authenticate = authenticate
    this.#count = count
  }

  /** 401 `token_invalid` unless a valid token came along, 403 `forbidden` for one that is nobody's account. */
  readonly signedIn: GateHook = async (request, reply) => {
    await this.#admitUser(request, reply)
  }

  /** As `signedIn`; then 403 unless the `{user_id}` of the path is the signed-in user's own. */
  ownerOr(refusal: 'foreign_user' | 'foreign_tasks'): GateHook {
    return async (request, reply) => {
      const { userId } = await this.#admitUser(request, reply)
      const { user_id: asked } = request.params as { readonly user_id?: string }
      // What is no number at all is left to the schema of the route, which answers 422.
      if (asked !== String(userId) && /^\d+$/.test(asked ?? '0')) throw new AppError(refusal)
    }
  }

  /** As `signedIn`; then 403 `forbidden` unless the user has one of the roles. */
  withRole(...roles: readonly Role[]): GateHook {
    return async (request, reply) => {
      const { role } = await this.#admit(request, reply)
      if (!roles.includes(role)) throw new AppError('forbidden')
    }
  }

  /** As `withRole`, for who manages the server. */
  readonly managing: GateHook = async (request, reply) => {
    if (!managesServer(await this.#admit(request, reply))) throw new AppError('forbidden')
  }

  /** Who sent the request. The route has to have one of the hooks. */
  principalOf(request: FastifyRequest): Principal {
    const principal = this.#principals.get(request)
    if (!principal) throw new AppError('token_invalid')
    return principal
  }

  /** For routes that are open to everybody: who it is when a valid token came along, and undefined otherwise. */
  async find(request: FastifyRequest): Promise<Principal | undefined> {
    const principal = await this.identify(request)
    return principal?.userId === NOBODY ? undefined : principal
  }

  /** As `find`, with the tokens of machines. */
  async identify(request: FastifyRequest): Promise<Principal | undefined> {
    const token = bearerOf(request)
    try {
      return token === undefined ? undefined : await this.#authenticate(token)
    } catch (error) {
      if (error instanceof AppError && error.code === 'token_invalid') return undefined
      throw error
    }
  }

  async #admitUser(request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
    const principal = await this.#admit(request, reply)
    if (principal.userId === NOBODY) throw new AppError('forbidden')
    return principal
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
    const token = bearerOf(request)
    try {
      if (token === undefined) throw new AppError('token_invalid')
      const principal = await this.#authenticate(token)
      this.#principals.set(request, principal)
      await this.#count(principal, request, reply)
      return principal
    } catch (error) {
      if (error instanceof AppError && error.status === 401) reply.header('www-authenticate', 'Bearer')
      throw error
    }
  }
}
