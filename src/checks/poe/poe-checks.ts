import { ATTACHMENT_CHECKS } from './checks/attachment-checks.ts'
import { CLIENT_CHECKS } from './checks/client-checks.ts'
import { CONNECTION_CHECKS } from './checks/connection-checks.ts'
import { CONVERSATION_CHECKS } from './checks/conversation-checks.ts'
import { ERROR_CHECKS } from './checks/error-checks.ts'
import { EVENT_CHECKS } from './checks/event-checks.ts'
import { FIELD_CHECKS } from './checks/field-checks.ts'
import { HTTP_CHECKS } from './checks/http-checks.ts'
import { KEY_CHECKS } from './checks/key-checks.ts'
import { LIMIT_CHECKS } from './checks/limit-checks.ts'
import { OUTBOUND_CHECKS } from './checks/outbound-checks.ts'
import { PARAMETER_CHECKS } from './checks/parameter-checks.ts'
import { QUERY_CHECKS } from './checks/query-checks.ts'
import { REPORT_CHECKS } from './checks/report-checks.ts'
import { SETTINGS_CHECKS } from './checks/settings-checks.ts'
import { STREAM_CHECKS } from './checks/stream-checks.ts'
import { TEXT_CHECKS } from './checks/text-checks.ts'
import type { PoeCheck } from './poe-check.ts'

/** Every rule of the protocol, in the order of the report; those that cannot be looked at are in it, too. */
export const POE_CHECKS: readonly PoeCheck[] = [
  ...HTTP_CHECKS,
  ...KEY_CHECKS,
  ...QUERY_CHECKS,
  ...FIELD_CHECKS,
  ...CONVERSATION_CHECKS,
  ...ATTACHMENT_CHECKS,
  ...PARAMETER_CHECKS,
  ...STREAM_CHECKS,
  ...TEXT_CHECKS,
  ...EVENT_CHECKS,
  ...ERROR_CHECKS,
  ...LIMIT_CHECKS,
  ...CONNECTION_CHECKS,
  ...SETTINGS_CHECKS,
  ...REPORT_CHECKS,
  ...CLIENT_CHECKS,
  ...OUTBOUND_CHECKS,
]
