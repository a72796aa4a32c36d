import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { bearerOf } from '../http/bearer.ts'
import { clientAddress } from '../http/client-address.ts'
import type { Gate } from '../http/principal.ts'
import { addRestRoutes, REST_PROBLEMS, type RestRoutes } from '../http/rest-routes.ts'
import type { AccountService, SignedIn } from './accounts.ts'
import {
  IdentityList,
  IdentityParams,
  LinkReply,
  MeReply,
  MessageReply,
  SignedInReply,
  SignIn,
  SignUp,
  toUserReply,
} from './auth-requests.ts'

export interface AuthRouteOptions {
  readonly accounts: AccountService
  readonly gate: Gate
  /** False: accounts are made by operators alone. */
  readonly signUpOpen: boolean
}

const tags = ['auth']
const secured = { tags, security: [{ bearer: [] }] }

/** Guide 001's `/api/auth`: sign-up, sign-in, sign-out; besides who one is and what other channels one has linked. */
export function addAuthRoutes(server: FastifyInstance, options: AuthRouteOptions): void {
  addRestRoutes(server, (routes) => {
    // What a token is or who somebody is must stay in no cache.
    routes.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    addSignRoutes(routes, options)
    addLinkRoutes(routes, options)
  })
}

function addSignRoutes(routes: RestRoutes, { accounts, gate, signUpOpen }: AuthRouteOptions): void {
  routes.post(
    '/api/auth/signup',
    {
      schema: {
        tags,
        summary: 'Make an account',
        body: SignUp,
        response: { ...REST_PROBLEMS, 201: SignedInReply },
      },
    },
    async (request, reply) => {
      if (!signUpOpen) throw new AppError('sign_up_closed')
      const signedIn = await accounts.signUp({ ...request.body, address: clientAddress(request) })
      return reply.code(201).send(toReply(signedIn))
    },
  )
  routes.post(
    '/api/auth/signin',
    {
      schema: { tags, summary: 'Sign in', body: SignIn, response: { ...REST_PROBLEMS, 200: SignedInReply } },
    },
    async (request) => toReply(await accounts.signIn({ ...request.body, address: clientAddress(request) })),
  )
  routes.post(
    '/api/auth/signout',
    {
      schema: {
        ...secured,
        summary: 'End the token that is sent along',
        response: { ...REST_PROBLEMS, 200: MessageReply },
      },
    },
    async (request) => {
      const token = bearerOf(request)
      if (token !== undefined) await accounts.signOut(token)
      return { message: 'Signed out successfully' }
    },
  )
  routes.get(
    '/api/auth/me',
    {
      onRequest: gate.signedIn,
      schema: { ...secured, summary: 'Who is signed in', response: { ...REST_PROBLEMS, 200: MeReply } },
    },
    async (request) => {
      const user = await accounts.find(gate.principalOf(request).userId)
      if (!user) throw new AppError('token_invalid')
      return toUserReply(user)
    },
  )
}

function addLinkRoutes(routes: RestRoutes, { accounts, gate }: AuthRouteOptions): void {
  const { links } = accounts
  routes.post(
    '/api/auth/link',
    {
      onRequest: gate.signedIn,
      schema: {
        ...secured,
        summary: 'Get a code that links another channel to the account when it is sent there as `/link CODE`',
        response: { ...REST_PROBLEMS, 200: LinkReply },
      },
    },
    async (request) => {
      const { code, lifetimeSeconds } = await links.newCode(gate.principalOf(request).userId)
      return { code, command: `/link ${code}`, expires_in: lifetimeSeconds }
    },
  )
  routes.get(
    '/api/auth/identities',
    {
      onRequest: gate.signedIn,
      schema: {
        ...secured,
        summary: 'What other channels are linked to the account',
        response: { ...REST_PROBLEMS, 200: IdentityList },
      },
    },
    async (request) => {
      const subjects = await links.list(gate.principalOf(request).userId)
      return { identities: subjects.map((subject) => ({ subject })) }
    },
  )
  routes.delete(
    '/api/auth/identities/:subject',
    {
      onRequest: gate.signedIn,
      schema: {
        ...secured,
        summary: 'Unlink a channel',
        params: IdentityParams,
        response: { ...REST_PROBLEMS, 204: z.null().describe('Unlinked.') },
      },
    },
    async (request, reply) => {
      const { userId } = gate.principalOf(request)
      if (!(await links.unlink(userId, request.params.subject))) throw new AppError('identity_not_found')
      return reply.code(204).send(null)
    },
  )
}

function toReply({ token, user }: SignedIn): z.infer<typeof SignedInReply> {
  return { access_token: token, token_type: 'bearer', user: toUserReply(user) }
}
