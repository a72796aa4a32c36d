import { describeAnswer } from '../answer-problem.ts'
import { isObject, lineExcerpt } from '../excerpt.ts'
import { broken, doubtful, judge, pass, skip, type PoeCheck, type Verdict } from '../poe-check.ts'
import type { PoeBot } from '../poe-bot.ts'
import { SOURCES, specification } from '../sources.ts'
import { settingsTypeProblems, type Settings } from './settings-types.ts'
import { controlProblems, sectionProblems } from './control-shapes.ts'

const SETTINGS = specification('settings')
const NEWEST_RESPONSE_VERSION = 2
const MOST_BOT_CALLS = 100
const EXPLICIT = ['allow_attachments', 'expand_text_attachments', 'enable_image_comprehension']
const DEPRECATED = [
  'custom_rate_card',
  'enable_multi_bot_chat_prompting',
  'context_clear_window_secs',
  'allow_user_context_clear',
]

/** Rules about the answer to a settings request. */
export const SETTINGS_CHECKS: readonly PoeCheck[] = [
  {
    id: 'settings.response',
    title: 'Settings come as JSON, at once',
    severity: 'must',
    expected: 'HTTP 200, content-type application/json, within 5 s',
    source: SETTINGS,
    remedy: 'Answer from memory with application/json; never ask a model for settings.',
    ask: async (bot) => {
      const exchange = await bot.settings()
      const { status, headers, totalMs } = exchange
      if (status !== 200) return broken(describeAnswer(exchange))
      const type = headers['content-type'] ?? 'absent'
      if (!/^application\/json\b/i.test(type)) return broken(`content-type ${type}`)
      const seen = `${type} after ${Math.round(totalMs)} ms`
      return totalMs > bot.limits.firstEventMs ? broken(seen) : pass(seen)
    },
  },
  {
    id: 'settings.keys',
    title: 'Keys of the settings',
    severity: 'must',
    expected: 'only those of the protocol, each of its type',
    source: SOURCES.types,
    remedy: 'Remove what is not in the protocol: it has no effect, and strict readers refuse all of it.',
    ask: withSettings((settings) =>
      judge(settingsTypeProblems(settings), `${Object.keys(settings).length} keys`),
    ),
  },
  {
    id: 'settings.response-version',
    title: 'response_version',
    severity: 'must',
    expected: `${NEWEST_RESPONSE_VERSION}; without it Poe uses the defaults of 2024 and ignores parameter_controls`,
    source: specification('settings, response version'),
    remedy: `Set response_version to ${NEWEST_RESPONSE_VERSION}.`,
    ask: withSettings(({ response_version: version, parameter_controls: controls }) => {
      if (version === NEWEST_RESPONSE_VERSION) return pass(String(version))
      const seen = version === undefined ? 'absent' : lineExcerpt(JSON.stringify(version))
      return isObject(controls) ? broken(`${seen}, with parameter_controls`) : doubtful(seen)
    }),
  },
  {
    id: 'settings.explicit-attachments',
    title: 'Attachments are switched on or off',
    severity: 'should',
    expected: `${EXPLICIT.join(', ')} are true or false`,
    source: SETTINGS,
    remedy: 'Set all three: Poe may change the defaults at any time.',
    ask: withSettings((settings) =>
      judge(
        EXPLICIT.filter((key) => typeof settings[key] !== 'boolean').map((key) => `${key} is left to Poe`),
        'all three are set',
      ),
    ),
  },
  {
    id: 'settings.dependencies',
    title: 'Calls of other bots',
    severity: 'must',
    expected: 'server_bot_dependencies has whole numbers, together at most 100',
    source: SOURCES.functionalGuides,
    remedy: 'Declare each bot you call with how often per message; Poe refuses others.',
    ask: withSettings(({ server_bot_dependencies: declared }) => judgeDependencies(declared)),
  },
  {
    id: 'settings.introduction',
    title: 'The introduction',
    severity: 'must',
    expected: 'a string, in Markdown',
    source: SETTINGS,
    remedy: 'Set introduction_message to a string.',
    ask: withSettings(({ introduction_message: text }) =>
      text === undefined || text === null || typeof text === 'string'
        ? pass('as it should be')
        : broken(lineExcerpt(JSON.stringify(text))),
    ),
  },
  {
    id: 'settings.prices',
    title: 'Prices',
    severity: 'must',
    expected: 'rate_card and cost_label are strings; tags read [usd_milli_cents=10]',
    source: SOURCES.monetization,
    remedy: 'Write the tag with a whole number of thousandths of a cent.',
    ask: withSettings((settings) =>
      judge(
        ['rate_card', 'cost_label'].flatMap((key) => priceProblems(key, settings[key])),
        'as they should be',
      ),
    ),
  },
  {
    id: 'settings.deprecated',
    title: 'Settings of the past',
    severity: 'should',
    expected: `none of ${DEPRECATED.join(', ')}`,
    source: SOURCES.types,
    remedy: 'Use rate_card and enable_multi_entity_prompting; remove the others.',
    ask: withSettings((settings) =>
      judge(
        DEPRECATED.filter((key) => settings[key] !== undefined && settings[key] !== null).map(
          (key) => `${key} is set`,
        ),
        'none is set',
      ),
    ),
  },
  {
    id: 'settings.control-sections',
    title: 'Sections of parameter controls',
    severity: 'must',
    expected: 'api_version "2", at least one section, each with either controls or tabs',
    source: SOURCES.parameterControls,
    remedy: 'Set api_version to "2", and give each section controls or tabs, not both.',
    ask: withControls((controls) => sectionProblems(controls)),
  },
  {
    id: 'settings.control-kinds',
    title: 'Kinds of parameter controls',
    severity: 'must',
    expected: 'the kinds and keys of the protocol',
    source: SOURCES.types,
    remedy:
      'Poe drops all controls silently when one is wrong: use control, label, parameter_name, default_value, min_value, max_value, step.',
    ask: withControls((controls) => controlProblems(controls).kinds),
  },
  {
    id: 'settings.parameter-names',
    title: 'Names of parameters',
    severity: 'must',
    expected: 'letters, digits and _; not poe_…; the same default wherever a name is used again',
    source: SOURCES.parameterControls,
    remedy: 'Rename the parameter.',
    ask: withControls((controls) => controlProblems(controls).names),
  },
  {
    id: 'settings.conditions',
    title: 'Conditions of parameter controls',
    severity: 'must',
    expected:
      'eq, ne, gt, ge, lt or le between two operands of one literal or one parameter_name; not nested',
    source: SOURCES.types,
    remedy: 'Write {"comparator": "eq", "left": {"parameter_name": "…"}, "right": {"literal": …}}.',
    ask: withControls((controls) => controlProblems(controls).conditions),
  },
  {
    id: 'settings.control-defaults',
    title: 'Defaults of parameter controls',
    severity: 'should',
    expected: 'one of the options; between min_value and max_value',
    source: SOURCES.practice,
    remedy: 'Choose a default_value the user could choose.',
    ask: withControls((controls) => controlProblems(controls).defaults),
  },
  {
    id: 'settings.failure',
    title: 'Settings that cannot be made',
    severity: 'must',
    expected: 'HTTP 500, never half of a JSON text',
    source: SETTINGS,
    remedy: 'Make the whole text before you send the status.',
    skip: 'a bot cannot be made to fail at its settings from outside',
  },
  {
    id: 'settings.reference-types',
    title: 'The reference library takes the settings',
    severity: 'must',
    expected: 'valid by SettingsResponse of fastapi_poe',
    source: SOURCES.types,
    remedy: 'See the other checks of the settings.',
    ask: withSettings((settings) => {
      const { parameter_controls: controls } = settings
      const problems = settingsTypeProblems(settings)
      if (!isObject(controls)) return judge(problems, 'valid')
      const { kinds, conditions } = controlProblems(controls)
      return judge([...problems, ...kinds, ...conditions], 'valid')
    }),
  },
]

function withSettings(look: (settings: Settings) => Verdict): (bot: PoeBot) => Promise<Verdict> {
  return async (bot) => {
    const settings = await bot.readSettings()
    return settings ? look(settings) : skip('there are no settings to look at')
  }
}

function withControls(
  problemsOf: (controls: Settings) => readonly string[],
): (bot: PoeBot) => Promise<Verdict> {
  return withSettings(({ parameter_controls: controls }) => {
    if (controls === undefined || controls === null) return skip('the bot has no parameter controls')
    return isObject(controls)
      ? judge(problemsOf(controls), 'as they should be')
      : broken('parameter_controls is no object')
  })
}

function judgeDependencies(declared: unknown): Verdict {
  if (declared === undefined || declared === null) return pass('none')
  if (!isObject(declared)) return broken('server_bot_dependencies is no object')
  const entries = Object.entries(declared)
  const wrong = entries.filter(([, calls]) => !Number.isInteger(calls) || Number(calls) < 0)
  if (wrong.length > 0)
    return broken(wrong.map(([name, calls]) => `${name}: ${JSON.stringify(calls)}`).join(', '))
  const sum = entries.reduce((total, [, calls]) => total + Number(calls), 0)
  return sum > MOST_BOT_CALLS ? broken(`${sum} calls`) : pass(`${sum} calls`)
}

function priceProblems(key: string, price: unknown): readonly string[] {
  if (price === undefined || price === null) return []
  if (typeof price !== 'string') return [`${key} is no string`]
  const tags = price.match(/\[\s*usd[^\]]*\]/gi) ?? []
  return tags
    .filter((tag) => !/^\[usd_milli_cents=\d+\]$/.test(tag))
    .map((tag) => `${key} has the tag ${lineExcerpt(tag)}`)
}
