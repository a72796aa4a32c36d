import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { PROBLEMS } from '../../http/problem-schema.ts'
import { sendStaticFile, type StaticFile } from '../../http/static-file.ts'
import type { BotInfo, Channel } from '../channel.ts'
import { loadWidget } from './load-widget.ts'

/** A new version is everywhere within minutes, and meanwhile no page waits for us. */
const SCRIPT_CACHE = 'public, max-age=300, stale-while-revalidate=86400'
/** `private`: who may read it depends on the page that asks. */
const CONFIG_CACHE = 'private, max-age=60'

const SiteConfig = z.object({
  id: z.string(),
  title: z.string(),
  greeting: z.string(),
  suggestions: z.array(z.string()),
  launcher: z.string().optional().describe('The words on the button'),
  color: z.string().optional().describe('`#rrggbb`'),
  authUrl: z.string().optional().describe('Where people sign in'),
  voice: z.boolean().describe('Answers can be spoken'),
})

/** The widget: a script that other sites embed, and what it asks of a bot. It then speaks to the web channel. */
export function createWidgetChannel(): Channel {
  return {
    name: 'widget',
    register(server, host) {
      let script: Promise<StaticFile> | undefined
      const load = (): Promise<StaticFile> =>
        (script ??= loadWidget().catch((error: unknown) => {
          script = undefined
          throw error
        }))
      server.get('/widget.js', { schema: { hide: true }, logLevel: 'warn' }, async (request, reply) => {
        reply.header('cross-origin-resource-policy', 'cross-origin')
        return sendStaticFile(await load(), { request, reply, cache: SCRIPT_CACHE })
      })
      server.withTypeProvider<ZodTypeProvider>().get(
        '/widget/config',
        {
          schema: {
            tags: ['widget'],
            summary: 'How a bot appears on sites',
            querystring: z.object({ chatbot: z.string().min(1) }),
            response: { ...PROBLEMS, 200: SiteConfig },
          },
        },
        async (request, reply) => {
          const bot = host.bots.find(request.query.chatbot)
          if (!bot) throw new AppError('bot_not_found')
          reply.headers({ 'cache-control': CONFIG_CACHE, vary: 'Origin' })
          return toSiteConfig(bot, host.speech !== undefined)
        },
      )
    },
  }
}

function toSiteConfig(bot: BotInfo, voice: boolean): z.infer<typeof SiteConfig> {
  const { name, title, description, suggestions, site = {} } = bot
  const { greeting = description, launcher, color, authUrl } = site
  return {
    id: name,
    title,
    greeting,
    suggestions: [...suggestions],
    ...(launcher && { launcher }),
    ...(color && { color }),
    ...(authUrl && { authUrl }),
    voice,
  }
}
