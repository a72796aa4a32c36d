/** A tool, a call of it, and what came of it, as Poe sends them. */
export const TOOL = {
  type: 'function',
  function: {
    name: 'current_weather',
    description: 'The weather now.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}
export const TOOL_CALL = {
  id: 'call_1',
  type: 'function',
  function: { name: 'current_weather', arguments: '{"city":"Oslo"}' },
}
export const TOOL_RESULT = {
  role: 'tool',
  name: 'current_weather',
  tool_call_id: 'call_1',
  content: '"rain"',
}
