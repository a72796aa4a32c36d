import { attachmentsOf, lastOf } from './answer-right.ts'
import { crashesAt, type BrokenServer } from './broken-server.ts'
import { KEY, RIGHT, send, type Fields, type PoeBody } from './poe-server.ts'

const crash: (response: Parameters<typeof send>[0]) => void = (response) =>
  send(response, 500, { error: 'internal' })

/** Settings requests that are refused, by what is in them. */
function refusesSettings(isTooMuch: (body: PoeBody) => boolean): BrokenServer['server'] {
  return () => ({
    intercept: ({ body, response }) => {
      if (body.type !== 'settings' || !isTooMuch(body)) return false
      crash(response)
      return true
    },
  })
}

function someMessage(body: PoeBody, is: (message: Fields) => boolean): boolean {
  return (body.query ?? []).some((message) => is(message))
}

function contentOfFirst(body: PoeBody): string | null | undefined {
  return attachmentsOf(body)[0]?.['parsed_content'] as string | null | undefined
}

/** Servers that take envelopes, keys or queries wrongly. */
export const BROKEN_REQUESTS: readonly BrokenServer[] = [
  {
    name: 'fails at settings',
    breaks: ['http.settings', 'settings.response'],
    server: () => ({ sendSettings: crash }),
  },
  {
    name: 'half of a JSON text as settings',
    breaks: ['http.settings'],
    server: () => ({
      sendSettings: (response) =>
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"response_version"'),
    }),
  },
  { name: '500 for unknown types', breaks: ['http.unknown-type'], server: () => ({ unknownType: crash }) },
  {
    name: '200 for unknown types',
    breaks: ['http.unknown-type'],
    server: () => ({ unknownType: (response) => send(response, 200, {}) }),
  },
  {
    name: '500 for what is no request',
    breaks: ['http.wrong-envelope', 'http.invalid-json'],
    server: () => ({ malformed: crash }),
  },
  {
    name: 'no limit for bodies',
    breaks: ['http.huge-body'],
    limits: { firstEventMs: 400 },
    server: () => ({ maxBody: Infinity }),
  },
  { name: '500 for GET and PUT', breaks: ['http.methods'], server: () => ({ otherMethod: crash }) },
  {
    name: '405 without Allow',
    breaks: ['http.methods'],
    server: () => ({ otherMethod: (response) => send(response, 405, {}) }),
  },
  {
    name: 'wants application/json',
    breaks: ['http.text-plain'],
    server: () => ({
      intercept: ({ request, response }) => {
        if (request.headers['content-type'] === 'application/json') return false
        send(response, 415, {})
        return true
      },
    }),
  },
  {
    name: 'knows three versions',
    breaks: ['http.versions'],
    server: refusesSettings(({ version }) => !['1.0', '1.1', '1.2'].includes(String(version))),
  },
  {
    name: 'fails at version 2',
    breaks: ['http.next-major'],
    server: refusesSettings(({ version }) => version === '2.0'),
  },
  {
    name: 'needs a version',
    breaks: ['http.no-version'],
    server: refusesSettings(({ version }) => version === undefined),
  },

  {
    name: 'serves without a key',
    breaks: ['key.missing'],
    server: () => ({ allows: (header) => header === '' || header.startsWith('Bearer 0123') }),
  },
  {
    name: '401 without a challenge',
    breaks: ['key.missing'],
    server: () => ({ refuse: (response) => send(response, 401, {}) }),
  },
  {
    name: '200 on a wrong key',
    breaks: ['key.wrong'],
    server: () => ({ allows: (header) => header.length === 39 }),
  },
  {
    name: 'compares the beginning of the key',
    breaks: ['key.almost'],
    server: () => ({ allows: (header) => header.startsWith('Bearer 0123') }),
  },
  {
    name: 'accepts the key in any scheme',
    breaks: ['key.other-schemes'],
    server: () => ({ allows: (header) => header.includes('0123') }),
  },
  { name: 'a short key', breaks: ['key.length'], server: () => ({ key: 'sesame' }) },
  {
    name: 'tells the key in a header',
    breaks: ['key.stays-secret'],
    server: () => ({ streamHeaders: { ...RIGHT.streamHeaders, 'X-Debug': KEY } }),
  },

  {
    name: 'knows all keys of a query',
    breaks: ['query.unknown-keys'],
    server: crashesAt((body) => 'botyard_unknown' in lastOf(body)),
  },
  {
    name: 'needs optional fields',
    breaks: ['query.minimal'],
    server: crashesAt((body) => lastOf(body)['content_type'] === undefined),
  },
  {
    name: 'checks identifiers',
    breaks: ['query.identifiers'],
    server: crashesAt(({ user_id: id }) => !/^u-[a-z0-9=]{32}$/.test(String(id))),
  },
  {
    name: 'knows no tool role',
    breaks: ['query.roles'],
    server: crashesAt((body) => someMessage(body, ({ role }) => role === 'tool')),
  },
  {
    name: 'fails at unknown roles',
    breaks: ['query.unknown-role', 'query.last-role-unknown'],
    server: crashesAt((body) => someMessage(body, ({ role }) => role === 'moderator')),
  },
  {
    name: 'fails at unknown content types',
    breaks: ['query.unknown-content-type'],
    server: crashesAt((body) => someMessage(body, ({ content_type: type }) => type === 'text/x-unknown')),
  },
  {
    name: 'needs reasons of feedback',
    breaks: ['query.feedback'],
    server: crashesAt((body) =>
      someMessage(
        body,
        ({ feedback }) =>
          (feedback as Fields[] | undefined)?.some(({ reason }) => reason === undefined) === true,
      ),
    ),
  },
  {
    name: 'fails without messages',
    breaks: ['query.empty'],
    server: crashesAt(({ query }) => query?.length === 0),
  },
  {
    name: 'fails at null hints',
    breaks: ['query.hints', 'error.as-event'],
    server: crashesAt(({ logit_bias: bias }) => bias === null),
  },
  {
    name: 'takes four stop sequences',
    breaks: ['query.stop-sequences'],
    server: crashesAt(({ stop_sequences: stops }) => ((stops ?? []) as string[]).length > 4),
  },
  {
    name: 'fails at skip_system_prompt',
    breaks: ['query.skip-system-prompt'],
    server: crashesAt(({ skip_system_prompt: skip }) => skip === true),
  },
  {
    name: 'parses metadata',
    breaks: ['query.message-metadata'],
    server: crashesAt((body) => someMessage(body, ({ metadata }) => metadata === null)),
  },
  {
    name: 'needs a sender',
    breaks: ['query.people'],
    server: crashesAt((body) => lastOf(body)['sender'] === null),
  },
  { name: 'iterates over tools', breaks: ['query.tools'], server: crashesAt(({ tools }) => tools === null) },
  { name: 'takes bodies up to 1 MB', breaks: ['query.large'], server: () => ({ maxBody: 1024 * 1024 }) },
  {
    name: 'takes 1,000 messages',
    breaks: ['query.large'],
    server: crashesAt(({ query = [] }) => query.length > 1000),
  },
  {
    name: 'insists on alternating roles',
    breaks: ['query.role-order'],
    server: crashesAt(({ query = [] }) => query.some(({ role }, at) => role === query[at - 1]?.role)),
  },

  {
    name: 'knows no web pages',
    breaks: ['attachment.parsed'],
    server: crashesAt((body) => attachmentsOf(body).some(({ content_type: type }) => type === 'text/html')),
  },
  {
    name: 'unpacks the analysis of an image in two',
    breaks: ['attachment.image-analysis'],
    server: crashesAt((body) => (contentOfFirst(body)?.split('***').length ?? 0) > 2),
  },
  {
    name: 'needs stars in the analysis of an image',
    breaks: ['attachment.image-plain'],
    server: crashesAt((body) =>
      attachmentsOf(body).some(
        ({ content_type: type, parsed_content: text }) =>
          type === 'image/png' && typeof text === 'string' && !text.includes('***'),
      ),
    ),
  },
  {
    name: 'fails at other types',
    breaks: ['attachment.other-types'],
    server: crashesAt((body) =>
      attachmentsOf(body).some(({ content_type: type }) => String(type).startsWith('video/')),
    ),
  },
  {
    name: 'needs parsed content',
    breaks: ['attachment.no-content'],
    server: crashesAt((body) => attachmentsOf(body).length > 0 && contentOfFirst(body) === undefined),
  },
  {
    name: 'runs content through a template',
    breaks: ['attachment.literal'],
    server: crashesAt((body) => contentOfFirst(body)?.includes('{0}') === true),
  },
  {
    name: 'trusts parameters',
    breaks: ['parameter.unexpected'],
    server: crashesAt((body) => 'botyard_unknown' in Object(lastOf(body)['parameters'])),
  },
  {
    name: 'needs parameters',
    breaks: ['parameter.none'],
    server: crashesAt((body) => lastOf(body)['parameters'] === null),
  },

  {
    name: 'knows six reactions',
    breaks: ['report.reaction-unknown'],
    server: failsAtReports(({ reaction }) => typeof reaction === 'string' && !/^[a-z]{3,9}$/.test(reaction)),
  },
  {
    name: 'fails at reactions',
    breaks: ['report.reaction'],
    server: failsAtReports(({ type }) => type === 'report_reaction'),
  },
  {
    name: '501 for reactions',
    doubts: ['report.reaction'],
    server: () => ({ report: (response) => send(response, 501, {}) }),
  },
  {
    name: 'knows two kinds of feedback',
    breaks: ['report.feedback'],
    server: failsAtReports(({ feedback_type: kind }) => kind === 'love'),
  },
  {
    name: 'fails at reported errors',
    breaks: ['report.error'],
    server: failsAtReports(({ type }) => type === 'report_error'),
  },
  {
    name: 'needs metadata of errors',
    breaks: ['report.error-odd'],
    server: failsAtReports(({ type, metadata }) => type === 'report_error' && metadata === undefined),
  },
  {
    name: 'looks messages up',
    breaks: ['report.unknown-message'],
    server: failsAtReports(({ message_id: id }) => id === ''),
  },
]

function failsAtReports(isTooMuch: (body: PoeBody) => boolean): BrokenServer['server'] {
  return () => ({ report: (response, body) => (isTooMuch(body) ? crash(response) : send(response, 200, {})) })
}
