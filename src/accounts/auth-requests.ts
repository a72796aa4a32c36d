import { z } from 'zod'
import type { StoredUser } from '../store/store.ts'

const Email = z.string().trim().max(255).pipe(z.email()).describe('Small and capital letters count alike.')

const ACCOUNT = { email: 'ada@example.com', password: 'a long pass phrase' }

export const SignUp = z
  .object({
    name: z.string().trim().min(1).max(255),
    email: Email,
    password: z.string().min(8).max(255),
  })
  .meta({ examples: [{ name: 'Ada', ...ACCOUNT }] })

export const SignIn = z
  .object({ email: Email, password: z.string().min(1).max(255) })
  .meta({ examples: [ACCOUNT] })

const User = z.object({
  id: z.int(),
  email: z.string().nullable(),
  name: z.string(),
  role: z.enum(['user', 'operator', 'admin']),
  created_at: z.string(),
})

export const SignedInReply = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  user: User,
})

export const MeReply = User

export const MessageReply = z.object({ message: z.string() })

export const LinkReply = z.object({
  code: z.string().describe('Works once.'),
  command: z.string().describe('What to send to the bot on the other channel.'),
  expires_in: z.int().describe('Seconds.'),
})

export const IdentityList = z.object({
  identities: z.array(z.object({ subject: z.string() })).describe('Such as `telegram:123`.'),
})

export const IdentityParams = z.object({ subject: z.string().max(300) })

export function toUserReply({ id, email, name, role, createdAt }: StoredUser): z.infer<typeof User> {
  return { id, email, name, role, created_at: createdAt.toISOString() }
}
