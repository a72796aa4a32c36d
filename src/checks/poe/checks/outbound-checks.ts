import type { PoeCheck, PoeRule } from '../poe-check.ts'
import { SOURCES, specification } from '../sources.ts'

const UNSEEN = 'what a bot sends to Poe cannot be seen from outside'

type OutboundRule = Pick<PoeRule, 'id' | 'title' | 'expected' | 'source' | 'remedy'>

const RULES: readonly OutboundRule[] = [
  {
    id: 'outbound.push-settings',
    title: 'Settings are pushed',
    expected:
      'POST /bot/update_settings/<bot>/<key>/1.2 with the settings; another status than 200 is reported without the key',
    source: SOURCES.client,
    remedy: 'Push after a change of settings; Poe keeps old ones otherwise.',
  },
  {
    id: 'outbound.pull-settings',
    title: 'Settings are pulled',
    expected: 'POST /bot/fetch_settings/<bot>/<key>/1.2 makes Poe ask for them',
    source: SOURCES.client,
    remedy: 'Ask only when the server listens: Poe calls back at once.',
  },
  {
    id: 'outbound.unchanged-settings',
    title: 'Settings that have not changed',
    expected: 'no call',
    source: SOURCES.operation,
    remedy: 'Keep a hash of what was pushed last.',
  },
  {
    id: 'outbound.dropped-controls',
    title: 'Controls that Poe has dropped',
    expected: 'an echo with parameter_controls null is reported as a failure',
    source: SOURCES.operation,
    remedy: 'Read the body of the answer: 200 is no proof.',
  },
  {
    id: 'outbound.upload-bytes',
    title: 'A file is uploaded',
    expected:
      'multipart with the field file and the key without "Bearer", then a file event with what came back',
    source: SOURCES.client,
    remedy: 'Upload first, then send the event.',
  },
  {
    id: 'outbound.upload-url',
    title: 'A file is uploaded by URL',
    expected: 'the form fields download_url and download_filename',
    source: SOURCES.client,
    remedy: 'Send either the bytes or the URL.',
  },
  {
    id: 'outbound.upload-failure',
    title: 'An upload fails',
    expected: 'two tries, then a text the user can read; the stream still ends with done',
    source: SOURCES.client,
    remedy: 'Do not let the answer fail with the file.',
  },
  {
    id: 'outbound.upload-limits',
    title: 'Too many files, too large a file',
    expected: 'the 21st file and more than 50 MB are refused before the upload',
    source: SOURCES.functionalGuides,
    remedy: 'Count files and bytes yourself.',
  },
  {
    id: 'outbound.authorize-cost',
    title: 'Costs are authorised',
    expected:
      'POST /bot/cost/<bot_query_id>/authorize with whole amounts; status success before the model is asked',
    source: SOURCES.monetization,
    remedy: 'Authorise early, capture after.',
  },
  {
    id: 'outbound.cost-refused',
    title: 'Costs are refused',
    expected: 'error with insufficient_fund and done, and no call of the model',
    source: SOURCES.server,
    remedy: 'Take anything but success as a refusal.',
  },
  {
    id: 'outbound.cost-amounts',
    title: 'Amounts of costs',
    expected: '0.5 becomes 1, text is refused, no call without bot_query_id',
    source: SOURCES.types,
    remedy: 'Round up to whole thousandths of a cent.',
  },
  {
    id: 'outbound.cost-failure',
    title: 'A cost call fails',
    expected: 'error with allow_retry true',
    source: SOURCES.server,
    remedy: 'Log the message of the answer, and let the user try again.',
  },
  {
    id: 'outbound.other-bots',
    title: 'Another bot is called',
    expected:
      'POST /bot/<name> with the metadata of the request; undeclared bots and too many calls are refused before',
    source: specification('settings, server_bot_dependencies'),
    remedy: 'Count calls per message against what the settings declare.',
  },
]

/** Rules about what a bot sends to Poe's own API: listed, because they are part of the protocol, and never looked at. */
export const OUTBOUND_CHECKS: readonly PoeCheck[] = RULES.map((rule) => ({
  ...rule,
  severity: 'must',
  skip: UNSEEN,
}))
