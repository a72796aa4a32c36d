import { STATUS_CODES } from 'node:http'
import swagger, { type SwaggerTransformObject } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { fastify, type FastifyInstance, type RouteOptions } from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'

export interface ApiDocumentOptions {
  readonly version: string
  readonly publicUrl: string | undefined
}

/** Without a logo of one's own the page shows the framework's. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="110" height="32"><text y="23" fill="#fff" \
font-family="system-ui, sans-serif" font-size="22" font-weight="600">Botyard</text></svg>`

/** The framework's page names no viewport, so phones would show all of a desktop, tiny. */
const VIEWPORT = `document.head.insertAdjacentHTML('beforeend', \
'<meta name="viewport" content="width=device-width, initial-scale=1">')`

/** The groups of the page, what people look for first at the top; a group that is not named comes last. */
const TAGS = [
  { name: 'chat', description: 'Ask bots, with streamed answers' },
  { name: 'widget', description: 'Bots on other sites' },
  { name: 'openai', description: 'The same with the OpenAI API' },
  { name: 'conversations', description: 'The REST API of people who are signed in' },
  { name: 'auth', description: 'Accounts and linked channels' },
  { name: 'voice', description: 'Texts to speech, recordings to text' },
  { name: 'knowledge', description: 'Documents that bots answer from' },
  { name: 'tasks', description: 'Tasks and reminders of people' },
  { name: 'files', description: 'Files that bots gave people' },
  { name: 'chatbots', description: 'Bots as data, for operators' },
  { name: 'rollouts', description: 'New revisions step by step, for operators' },
  { name: 'flags', description: 'Feature flags, for operators' },
  { name: 'metrics', description: 'Numbers, for operators' },
  { name: 'health', description: 'Whether the server is well' },
]

/** The page styles itself inline; it shows our own description alone, so that does no harm. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

/** What is described, without what it does. */
export type DescribedRoute = Pick<RouteOptions, 'method' | 'url' | 'schema'>

/**
 * A server that only describes routes: `swagger()` is OpenAPI 3.1, `/docs` a page to read it. It listens nowhere; its replies
 * are had by `inject`.
 */
export async function describeApi(
  routes: readonly DescribedRoute[],
  { version, publicUrl }: ApiDocumentOptions,
): Promise<FastifyInstance> {
  const server = fastify({ routerOptions: { ignoreTrailingSlash: true } })
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Botyard', version, description: 'Talk to the bots of this server.' },
      tags: TAGS,
      ...(publicUrl && { servers: [{ url: publicUrl }] }),
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: (made) => ('openapiObject' in made ? describeReplies(made.openapiObject) : {}),
  })
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    logo: { type: 'image/svg+xml', content: LOGO, href: '/', target: '_self' },
    theme: { title: 'Botyard API', js: [{ filename: 'viewport.js', content: VIEWPORT }] },
  })
  for (const route of routes) server.route({ ...route, handler: () => undefined })
  await server.ready()
  return server
}

type ApiDescription = Extract<
  Parameters<SwaggerTransformObject>[0],
  { openapiObject: unknown }
>['openapiObject']

/** What the framework says of a reply that says nothing of itself. */
const NOTHING_SAID = 'Default Response'

/** Gives replies without a description the name of their status. */
function describeReplies(api: ApiDescription): ApiDescription {
  for (const path of Object.values(api.paths ?? {}))
    for (const operation of Object.values(path ?? {})) nameReplies(operation)
  return api
}

function nameReplies(operation: unknown): void {
  const { responses = {} } = operation as { readonly responses?: Record<string, { description?: string }> }
  for (const [status, reply] of Object.entries(responses))
    if (reply.description === NOTHING_SAID) reply.description = STATUS_CODES[status] ?? status
}
