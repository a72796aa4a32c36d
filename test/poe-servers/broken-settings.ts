import type { BrokenServer } from './broken-server.ts'
import { RIGHT, type Fields } from './poe-server.ts'

function settings(change: Fields): BrokenServer['server'] {
  return () => ({ settings: { ...RIGHT.settings, ...change } })
}

function controls(change: Fields): BrokenServer['server'] {
  return settings({ parameter_controls: { api_version: '2', ...change } })
}

function control(control: Fields): BrokenServer['server'] {
  return controls({ sections: [{ controls: [control] }] })
}

function condition(condition: Fields, inner: readonly Fields[] = []): BrokenServer['server'] {
  return control({ control: 'condition', condition, controls: inner })
}

const SLIDER = {
  control: 'slider',
  label: 'Size',
  parameter_name: 'size',
  min_value: 1,
  max_value: 5,
  step: 1,
}
const EQUAL = { comparator: 'eq', left: { parameter_name: 'size' }, right: { literal: 1 } }

/** Servers whose settings break a rule. */
export const BROKEN_SETTINGS: readonly BrokenServer[] = [
  {
    name: 'settings as a page',
    breaks: ['settings.response'],
    server: () => ({
      sendSettings: (response, body) =>
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(JSON.stringify(body)),
    }),
  },
  {
    name: 'a setting nobody knows',
    breaks: ['settings.keys', 'settings.reference-types'],
    server: settings({ allow_files: true }),
  },
  {
    name: 'a setting of the wrong type',
    breaks: ['settings.keys', 'settings.reference-types'],
    server: settings({ allow_attachments: 'yes' }),
  },
  {
    name: 'controls without the response version',
    breaks: ['settings.response-version'],
    server: settings({ response_version: undefined }),
  },
  {
    name: 'an old response version',
    doubts: ['settings.response-version'],
    server: settings({ response_version: 1, parameter_controls: null }),
  },
  {
    name: 'leaves attachments to Poe',
    breaks: ['settings.explicit-attachments'],
    server: settings({ allow_attachments: undefined }),
  },
  {
    name: 'too many calls of bots',
    breaks: ['settings.dependencies'],
    server: settings({ server_bot_dependencies: { a: 60, b: 41 } }),
  },
  {
    name: 'half a call of a bot',
    breaks: ['settings.dependencies'],
    server: settings({ server_bot_dependencies: { a: 0.5 } }),
  },
  {
    name: 'an introduction that is a list',
    breaks: ['settings.introduction'],
    server: settings({ introduction_message: ['Hello'] }),
  },
  {
    name: 'a price of no number',
    breaks: ['settings.prices'],
    server: settings({ rate_card: '[usd_milli_cents=ten]' }),
  },
  { name: 'the old rate card', breaks: ['settings.deprecated'], server: settings({ custom_rate_card: 'x' }) },
  {
    name: 'controls of version 1.0',
    breaks: ['settings.control-sections'],
    server: controls({ api_version: '1.0' }),
  },
  { name: 'no section', breaks: ['settings.control-sections'], server: controls({ sections: [] }) },
  {
    name: 'controls beside tabs',
    breaks: ['settings.control-sections'],
    server: controls({ sections: [{ controls: [SLIDER], tabs: [{ name: 'x', controls: [SLIDER] }] }] }),
  },
  {
    name: 'a control named dropdown',
    breaks: ['settings.control-kinds', 'settings.reference-types'],
    server: control({ ...SLIDER, control: 'dropdown' }),
  },
  {
    name: 'min instead of min_value',
    breaks: ['settings.control-kinds'],
    server: control({ ...SLIDER, min_value: undefined, min: 1 }),
  },
  {
    name: 'a hyphen in a name',
    breaks: ['settings.parameter-names'],
    server: control({ ...SLIDER, parameter_name: 'my-size' }),
  },
  {
    name: 'a name of Poe',
    breaks: ['settings.parameter-names'],
    server: control({ ...SLIDER, parameter_name: 'poe_size' }),
  },
  {
    name: 'two defaults of one name',
    breaks: ['settings.parameter-names'],
    server: controls({
      sections: [
        {
          controls: [
            { ...SLIDER, default_value: 1 },
            { ...SLIDER, default_value: 2 },
          ],
        },
      ],
    }),
  },
  {
    name: 'the comparator equals',
    breaks: ['settings.conditions', 'settings.reference-types'],
    server: condition({ ...EQUAL, comparator: 'equals' }),
  },
  {
    name: 'an operand of both kinds',
    breaks: ['settings.conditions'],
    server: condition({ ...EQUAL, left: { parameter_name: 'size', literal: 1 } }),
  },
  {
    name: 'a condition in a condition',
    breaks: ['settings.conditions'],
    server: condition(EQUAL, [{ control: 'condition', condition: EQUAL, controls: [] }]),
  },
  {
    name: 'a default outside the slider',
    breaks: ['settings.control-defaults'],
    server: control({ ...SLIDER, default_value: 9 }),
  },
  {
    name: 'a default that is no option',
    breaks: ['settings.control-defaults'],
    server: control({
      control: 'drop_down',
      label: 'x',
      parameter_name: 'x',
      default_value: 'b',
      options: [{ value: 'a', name: 'A' }],
    }),
  },
]
