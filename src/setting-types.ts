import { z } from 'zod'
import { isTimeZone } from './time-zone.ts'

/** A way to read the text of an environment variable. Its description ends the sentence "Set it to …". */
export type SettingType<Value> = z.ZodType<Value, string>

export const anyText: SettingType<string> = z.string().describe('any text')

export const yesOrNo: SettingType<boolean> = z.stringbool().describe('`true` or `false`')

/** How many reverse proxies stand before the server; `true` is one. */
export const proxies: SettingType<number> = z
  .union([
    z.stringbool().transform(Number),
    z
      .string()
      .regex(/^[2-9]$/)
      .transform(Number),
  ])
  .describe('`true`, `false`, or how many proxies stand one behind the other, up to 9')

export const webUrl: SettingType<string> = z
  .url({ protocol: /^https?$/ })
  .transform((url) => url.replace(/\/+$/, ''))
  .describe('a URL that starts with `http://` or `https://`')

export const databaseUrl: SettingType<string> = z
  .string()
  .regex(/^postgres(ql)?(\+\w+)?:\/\/./)
  .describe('a URL that starts with `postgresql://`, `postgres://` or `postgresql+asyncpg://`')

export const redisUrl: SettingType<string> = z
  .string()
  .regex(/^rediss?:\/\/./)
  .describe('a URL that starts with `redis://` or `rediss://`')

export const modelName: SettingType<string> = z
  .string()
  .regex(/^(offline|[a-z0-9-]+\/\S+)$/)
  .describe('`provider/model`, or `offline`')

export const embeddingModel: SettingType<string> = z
  .string()
  .regex(/^(hash|ml-api|(openai|cohere|local)\/\S+)$/)
  .describe('`hash`, `ml-api`, `openai/model`, `cohere/model` or `local/folder`')

export const rerankModel: SettingType<string> = z
  .string()
  .regex(/^(none|ml-api|cohere\/\S+)$/)
  .describe('`none`, `ml-api` or `cohere/model`')

export const origins: SettingType<readonly string[]> = list(z.string().transform(toOrigin)).describe(
  'origins such as `https://app.example.com`, separated by commas, or `*`',
)

export const hosts: SettingType<readonly string[]> = list(
  z
    .string()
    .regex(/^[\w.:[\]-]+$/)
    .toLowerCase(),
).describe('names or addresses of hosts, separated by commas')

/** Single addresses, and nets written as address, `/` and the bits that count. */
export const addresses: SettingType<readonly string[]> = list(
  z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]),
).describe('addresses or nets such as `203.0.113.7, 10.0.0.0/8`, separated by commas')

export const keys: SettingType<readonly string[]> = list(z.string()).describe('keys, separated by commas')

export const telegramToken: SettingType<string> = z
  .string()
  .regex(/^\d{5,16}:[\w-]{30,64}$/)
  .describe('the token that @BotFather gave, such as `123456789:AA…`')

/** Each is the name of a bot, `=` and its token. */
export const telegramBots: SettingType<readonly string[]> = list(
  z.string().regex(/^[a-z0-9-]+=\d{5,16}:[\w-]{30,64}$/),
).describe('pairs such as `sales=123456789:AA…`, separated by commas')

/** Source: Bot API, setWebhook. */
export const telegramSecret: SettingType<string> = z
  .string()
  .regex(/^[\w-]{1,256}$/)
  .describe('up to 256 letters, digits, `_` and `-`')

/** Source: Poe, server bot settings. */
export const poeKey: SettingType<string> = z
  .string()
  .regex(/^[\x21-\x7e]{32}$/)
  .describe('the 32 characters that Poe shows as the access key of the bot')

/** Each is the name of a bot, `=` and its access key. */
export const poeKeys: SettingType<readonly string[]> = list(
  z.string().regex(/^[a-z0-9-]+=[\x21-\x7e]{32}$/),
).describe('pairs of a bot and its 32-character key, such as `sales=…`, separated by commas')

export function whole(lowest: number, highest: number): SettingType<number> {
  return z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .pipe(z.int().min(lowest).max(highest))
    .describe(`a whole number from ${lowest} to ${highest}`)
}

export function decimal(lowest: number, highest: number): SettingType<number> {
  return z
    .string()
    .transform(Number)
    .pipe(z.number().min(lowest).max(highest))
    .describe(`a number from ${lowest} to ${highest}`)
}

/** Any number; one outside the bounds counts as the nearer bound. */
export function clamped(lowest: number, highest: number): SettingType<number> {
  return z
    .string()
    .transform(Number)
    .pipe(z.number().transform((value) => Math.min(highest, Math.max(lowest, value))))
    .describe(`a number from ${lowest} to ${highest}`)
}

/** The name of a time zone, as the IANA lists them. */
export const timeZone: SettingType<string> = z
  .string()
  .refine(isTimeZone)
  .describe('a time zone such as `Europe/Berlin`')

const PYTHON_LEVELS: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['critical', 'fatal'],
])

/** Names of pino, and those that Python's logging has for the same. */
export const logLevel: SettingType<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'> = z
  .string()
  .toLowerCase()
  .transform((level) => PYTHON_LEVELS.get(level) ?? level)
  .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']))
  .describe('one of `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `silent`')

/** One of `names`, in any case. */
export function choice<const Name extends string>(names: readonly Name[]): SettingType<Name> {
  const known = names.map((name) => `\`${name}\``).join(', ')
  return z.string().toLowerCase().pipe(z.enum(names)).describe(`one of ${known}`)
}

function list(item: z.ZodType<string, string>): SettingType<readonly string[]> {
  return z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(item).min(1))
    .transform((items) => Object.freeze(items))
}

function toOrigin(text: string, context: z.RefinementCtx): string {
  const url = URL.parse(text)
  if (text === '*') return text
  if (url && url.origin !== 'null' && url.href === `${url.origin}/`) return url.origin
  context.addIssue('not an origin')
  return z.NEVER
}
