import { isObject, lineExcerpt } from '../excerpt.ts'

export type Settings = Readonly<Record<string, unknown>>

/** The keys of a settings response and their types (fastapi_poe, SettingsResponse); null counts as absent. */
const SETTING_TYPES: Readonly<Record<string, 'integer' | 'boolean' | 'string' | 'object'>> = {
  response_version: 'integer',
  context_clear_window_secs: 'integer',
  allow_user_context_clear: 'boolean',
  custom_rate_card: 'string',
  server_bot_dependencies: 'object',
  allow_attachments: 'boolean',
  introduction_message: 'string',
  expand_text_attachments: 'boolean',
  enable_image_comprehension: 'boolean',
  enforce_author_role_alternation: 'boolean',
  enable_multi_bot_chat_prompting: 'boolean',
  enable_multi_entity_prompting: 'boolean',
  rate_card: 'string',
  cost_label: 'string',
  parameter_controls: 'object',
}

/** Keys that the protocol does not have, and values of a wrong type. */
export function settingsTypeProblems(settings: Settings): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const type = Object.hasOwn(SETTING_TYPES, key) ? SETTING_TYPES[key] : undefined
    if (type === undefined) return [`unknown key ${lineExcerpt(key)}`]
    if (value === null || isOfType(value, type)) return []
    return [`${key} is ${lineExcerpt(JSON.stringify(value), 40)}, no ${type}`]
  })
}

function isOfType(value: unknown, type: 'integer' | 'boolean' | 'string' | 'object'): boolean {
  if (type === 'integer') return Number.isInteger(value)
  return type === 'object' ? isObject(value) : typeof value === type
}
