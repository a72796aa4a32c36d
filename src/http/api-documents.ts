import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'

export interface ApiDocumentOptions {
  readonly version: string
  readonly publicUrl: string | undefined
}

/** Without a logo of one's own the page shows the framework's. */
const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="110" height="32"><text y="23" fill="#fff" \
font-family="system-ui, sans-serif" font-size="22" font-weight="600">Botyard</text></svg>`

/** The page styles itself inline; it shows our own description alone, so that does no harm. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

/** Describes every route that is added later: OpenAPI 3.1 at `/openapi.json`, a page to read it at `/docs`. */
export async function documentApi(
  server: FastifyInstance,
  { version, publicUrl }: ApiDocumentOptions,
): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Botyard', version, description: 'Talk to the bots of this server.' },
      ...(publicUrl && { servers: [{ url: publicUrl }] }),
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  })
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: CONTENT_SECURITY_POLICY,
    logo: { type: 'image/svg+xml', content: LOGO, href: '/', target: '_self' },
    theme: { title: 'Botyard API' },
  })
  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger())
}
