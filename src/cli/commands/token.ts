import { loadConfig, type Config } from '../../config.ts'
import type { Tokens } from '../../accounts/tokens.ts'
import type { StoredUser } from '../../store/store.ts'
import { CommandFailure, UsageError, type Command, type Invocation } from '../command.ts'
import { createQuietLog } from '../create-quiet-log.ts'
import { openTokens } from '../open-tokens.ts'

const ROLES = ['operator', 'admin'] as const
type MintedRole = (typeof ROLES)[number]

/** The longest a token may last, in days. */
const MOST_DAYS = 3_650
const DAY_SECONDS = 86_400

export const token: Command = {
  name: 'token',
  summary: 'Print a token for a machine that operates the server, or for an account',
  usage: '',
  arity: [0, 0],
  options: {
    role: {
      type: 'string',
      value: 'role',
      about: 'operator or admin (default: operator); with --email the role the account gets',
    },
    name: { type: 'string', value: 'name', about: 'Who will use it, such as ci (default: machine)' },
    email: { type: 'string', value: 'address', about: 'A token for this account; asks the database' },
    days: { type: 'string', value: 'n', about: 'How long it is valid (default: 30)' },
    json: { type: 'boolean', about: 'Print the token and what it is as JSON' },
  },
  examples: ['botyard token --name ci --days 90', 'botyard token --email ada@example.com --role admin'],
  run: async (invocation) => {
    const wish = readWish(invocation.options)
    const config = loadConfig(invocation.terminal.env)
    const tokens = await openTokens(config)
    const minted = wish.email
      ? await mintForAccount({ ...wish, email: wish.email }, tokens, { config, invocation })
      : await mintForMachine(wish, tokens)
    print(minted, invocation)
    return 0
  },
}

interface Wish {
  readonly role: MintedRole | undefined
  readonly name: string
  readonly email: string | undefined
  readonly days: number
}

interface Minted {
  readonly token: string
  readonly subject: string
  readonly role: StoredUser['role']
  readonly expiresAt: string
}

function readWish(options: Invocation['options']): Wish {
  const { role, name, email, days } = options
  const known = ROLES.find((candidate) => candidate === role)
  if (role !== undefined && !known) throw new UsageError(`--role takes ${ROLES.join(' or ')}.`)
  const lasting = Number(days ?? 30)
  if (!(lasting > 0 && lasting <= MOST_DAYS))
    throw new UsageError(`--days takes a number above 0, at most ${MOST_DAYS}.`)
  return {
    role: known,
    name: typeof name === 'string' ? name : 'machine',
    email: typeof email === 'string' ? email.trim().toLowerCase() : undefined,
    days: lasting,
  }
}

/** Needs the secret alone: it works while the server runs and while the database is away. */
async function mintForMachine({ name, role = 'operator', days }: Wish, tokens: Tokens): Promise<Minted> {
  const subject = `${role}:${name}`
  const token = await tokens.issue({ subject, role, lifetimeSeconds: days * DAY_SECONDS })
  return { token, subject, role, expiresAt: expiryOf(days) }
}

interface Surroundings {
  readonly config: Config
  readonly invocation: Invocation
}

async function mintForAccount(
  { email, role, days }: Wish & { readonly email: string },
  tokens: Tokens,
  { config, invocation }: Surroundings,
): Promise<Minted> {
  const { openDatabase } = await import('../../app.ts')
  const store = await openDatabase(config, createQuietLog(config, invocation.terminal))
  try {
    const user = await store.accounts.findByEmail(email)
    if (!user) throw new CommandFailure(`There is no account with the address ${email}.`)
    if (role) await store.accounts.setRole(user.id, role)
    const subject = String(user.id)
    const token = await tokens.issue({ subject, lifetimeSeconds: days * DAY_SECONDS })
    return { token, subject, role: role ?? user.role, expiresAt: expiryOf(days) }
  } finally {
    await store.close()
  }
}

function expiryOf(days: number): string {
  return new Date(Date.now() + days * DAY_SECONDS * 1_000).toISOString()
}

/** The token alone goes to standard output, so that it can be piped. */
function print(minted: Minted, { options, terminal }: Invocation): void {
  if (options['json']) terminal.stdout.write(`${JSON.stringify(minted, null, 2)}\n`)
  else {
    terminal.stdout.write(`${minted.token}\n`)
    terminal.stderr.write(`${minted.role} ${minted.subject}, valid until ${minted.expiresAt}\n`)
  }
}
