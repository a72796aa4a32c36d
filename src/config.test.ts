import { describe, expect, expectTypeOf, test } from 'vitest'
import { checkConfig, loadConfig, secretsOf, type Config } from './config.ts'
import { defaultModelOf } from './default-model.ts'

const variablesOf = (found: readonly { variable: string }[]) => found.map(({ variable }) => variable)

describe('reading', () => {
  test('an empty environment gives the defaults of development', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: 5000,
      DRAIN_LINGER_MS: 0,
    })
    expect(config).toMatchObject({
      DATABASE_MIGRATE: true,
      DATA_DIR: './.botyard/data',
      MAX_BODY_BYTES: 1_048_576,
    })
    expect(config.DATABASE_URL).toBeUndefined()
  })

  test('production has defaults of its own', () => {
    const config = loadConfig({ NODE_ENV: 'Production' })
    expect(config).toMatchObject({ NODE_ENV: 'production', HOST: '0.0.0.0', DRAIN_LINGER_MS: 1_500 })
  })

  test('the value of each variable has the type of its row', () => {
    expectTypeOf<Config['PORT']>().toEqualTypeOf<number>()
    expectTypeOf<Config['NODE_ENV']>().toEqualTypeOf<'development' | 'production' | 'test'>()
    expectTypeOf<Config['CORS_ORIGINS']>().toEqualTypeOf<readonly string[] | undefined>()
    expectTypeOf<Config['APP_URL']>().toEqualTypeOf<string | undefined>()
  })

  test('an empty variable counts as absent', () => {
    expect(loadConfig({ PORT: '', MODEL: '  ', API_KEYS: '' })).toEqual(loadConfig({}))
  })

  test('the config cannot be changed', () => {
    const config = loadConfig({ CORS_ORIGINS: 'https://a.example' })
    expect(Object.isFrozen(config) && Object.isFrozen(config.CORS_ORIGINS)).toBe(true)
  })

  test.each([
    ['LOG_LEVEL', 'INFO', 'info'],
    ['TRUST_PROXY', 'yes', 1],
    ['TRUST_PROXY', 'false', 0],
    ['TRUST_PROXY', '2', 2],
    ['DATABASE_MIGRATE', '0', false],
    ['DATABASE_TIMEOUT', '2.5', 2.5],
    ['DATABASE_CONNECT_TIMEOUT_SECONDS', '90', 30],
    ['DATABASE_CONNECT_TIMEOUT_SECONDS', '0', 1],
    ['DATABASE_URL', 'postgresql+asyncpg://me@db/x', 'postgresql+asyncpg://me@db/x'],
    ['OPENAI_BASE_URL', 'http://localhost:11434/v1/', 'http://localhost:11434/v1'],
    [
      'CORS_ORIGINS',
      'https://a.example/, http://localhost:3000,',
      ['https://a.example', 'http://localhost:3000'],
    ],
    ['API_KEYS', ' one , two ', ['one', 'two']],
  ] as const)('%s=%s is read as %j', (name, text, value) => {
    expect(loadConfig({ [name]: text })[name]).toEqual(value)
  })

  test('the first alias that is set wins', () => {
    const env = { CORS_ORIGIN: 'https://first.example', ALLOWED_ORIGINS: 'https://second.example' }
    expect(loadConfig(env).CORS_ORIGINS).toEqual(['https://first.example'])
    expect(variablesOf(checkConfig(env).warnings)).toEqual(['ALLOWED_ORIGINS'])
  })
})

describe('problems', () => {
  test.each([
    ['PORT', '70000'],
    ['PORT', '5000 or so'],
    ['NODE_ENV', 'staging'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://db'],
    ['DATABASE_TIMEOUT', 'soon'],
    ['TRUST_PROXY', 'maybe'],
    ['TRUST_PROXY', '99'],
    ['APP_URL', 'bots.example.com'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['MODEL', 'gpt-4o-mini'],
    ['MODEL', 'unheard-of/model'],
    ['LLM_PROVIDER', 'anthropic'],
    ['API_KEYS', ','],
  ])('%s=%s is a problem', (variable, text) => {
    const { config, problems } = checkConfig({ [variable]: text })
    expect(config).toBeUndefined()
    expect(variablesOf(problems)).toEqual([variable])
  })

  test('all of them are reported at once, each with its remedy', () => {
    const env = { PORT: 'x', LOG_LEVEL: 'loud', CORS_ORIGIN: 'nowhere', MODEL: 'cohere/command-a-03-2025' }
    expect(variablesOf(checkConfig(env).problems)).toEqual(['PORT', 'CORS_ORIGIN', 'LOG_LEVEL', 'MODEL'])
    expect(() => loadConfig(env)).toThrow(
      'PORT is "x". Set it to a whole number from 0 to 65535, or remove it to use 5000.',
    )
  })

  test('the value of a secret is not repeated', () => {
    const { problems } = checkConfig({ DATABASE_URL: 'mysql://me:hidden@db' })
    expect(JSON.stringify(problems)).not.toContain('hidden')
  })

  test('production refuses any origin and short keys', () => {
    const env = { NODE_ENV: 'production', CORS_ORIGINS: '*', API_KEYS: 'short' }
    expect(variablesOf(checkConfig(env).problems)).toEqual(['CORS_ORIGINS', 'API_KEYS'])
    expect(checkConfig({ ...env, NODE_ENV: 'development' }).problems).toEqual([])
  })

  test.each([
    ['JWT_SECRET', 'x'.repeat(31)],
    ['JWT_SECRET', 'your_strong_secret_key_min_32_chars_production'],
    ['JWT_PREVIOUS_SECRETS', `${'x'.repeat(32)},short`],
  ])('production refuses %s=%s, which somebody could guess', (variable, secret) => {
    const { problems } = checkConfig({ NODE_ENV: 'production', [variable]: secret })
    expect(variablesOf(problems)).toEqual([variable])
    expect(JSON.stringify(problems)).not.toContain(secret)
    expect(checkConfig({ [variable]: secret }).problems).toEqual([])
  })

  test('keys of another issuer need its name and ours, and encryption in production', () => {
    const env = { JWKS_URL: 'http://login.example.com/jwks', JWKS_ISSUER: 'me', JWKS_AUDIENCE: 'botyard' }
    expect(variablesOf(checkConfig({ JWKS_URL: env.JWKS_URL }).problems)).toEqual(['JWKS_URL'])
    expect(checkConfig(env).problems).toEqual([])
    expect(variablesOf(checkConfig({ ...env, NODE_ENV: 'production' }).problems)).toEqual(['JWKS_URL'])
  })

  test('a model whose provider has no key is a problem, unless its server is another one', () => {
    const { problems } = checkConfig({ MODEL: 'openai/gpt-4o-mini' })
    expect(problems[0]?.problem).toBe('chooses openai, but OPENAI_API_KEY is not set.')
    expect(
      checkConfig({ MODEL: 'openai/llama', OPENAI_BASE_URL: 'http://localhost:11434/v1' }).problems,
    ).toEqual([])
  })
})

describe('warnings', () => {
  test('a misspelt name is pointed out, a foreign one is not', () => {
    const env = {
      DATABSE_URL: 'x',
      OPENAI_APIKEY: 'x',
      HOSTNAME: 'x',
      PATH: 'x',
      POSTGRES_URL: 'x',
      SORT: 'x',
    }
    expect(checkConfig(env).warnings).toEqual([
      { variable: 'DATABSE_URL', problem: 'is not read.', remedy: 'Did you mean DATABASE_URL?' },
      { variable: 'OPENAI_APIKEY', problem: 'is not read.', remedy: 'Did you mean OPENAI_API_KEY?' },
    ])
  })

  test.each([
    'command-r-plus',
    'command-r-plus-04-2024',
    'command-r',
    'command-r-03-2024',
    'command',
    'command-light',
  ])('the deprecated Cohere model %s is pointed out', (model) => {
    expect(variablesOf(checkConfig({ COHERE_MODEL: model }).warnings)).toEqual(['COHERE_MODEL'])
    const env = { MODEL: `cohere/${model}`, COHERE_API_KEY: 'key' }
    expect(checkConfig(env).warnings).toMatchObject([
      { variable: 'MODEL', remedy: 'Use cohere/command-a-03-2025.' },
    ])
  })

  test.each(['command-a-03-2025', 'command-r-plus-08-2024', 'command-r7b-12-2024'])(
    'the Cohere model %s is current',
    (model) => {
      expect(checkConfig({ COHERE_MODEL: model }).warnings).toEqual([])
    },
  )

  test('production with nothing set says what it falls back to', () => {
    expect(variablesOf(checkConfig({ NODE_ENV: 'production' }).warnings)).toEqual(['DATABASE_URL', 'MODEL'])
  })
})

test.each([
  [{}, 'offline'],
  [{ MODEL: 'offline', OPENAI_API_KEY: 'k' }, 'offline'],
  [{ LLM_PROVIDER: 'offline', OPENAI_API_KEY: 'k' }, 'offline'],
  [{ LLM_PROVIDER: 'grok', XAI_API_KEY: 'k', OPENAI_API_KEY: 'k' }, 'grok/grok-3-mini'],
  [{ COHERE_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' }, 'cohere/command-a-03-2025'],
  [{ OPENAI_API_KEY: 'k', OPENAI_MODEL: 'gpt-5' }, 'openai/gpt-5'],
])('with %j the default model is %s', (env, model) => {
  expect(defaultModelOf(loadConfig(env))).toBe(model)
})

test('the secrets are every key and the password of the database', () => {
  const env = { OPENAI_API_KEY: 'key-1', API_KEYS: 'key-2,key-3', DATABASE_URL: 'postgres://me:p%40ss@db/x' }
  expect(secretsOf(loadConfig(env)).toSorted()).toEqual([
    'key-1',
    'key-2',
    'key-3',
    'p@ss',
    'postgres://me:p%40ss@db/x',
  ])
})

test.each(['postgres://me:50%off@db/x', 'postgres://me:%e9@db/x', 'postgres://db/50%'])(
  '%s: a percent sign that escapes nothing is a problem, told without the URL',
  (url) => {
    expect(checkConfig({ DATABASE_URL: url }).problems).toEqual([
      {
        variable: 'DATABASE_URL',
        problem: 'has a % that escapes nothing.',
        remedy: 'Write each % of the user, the password and the database as %25.',
      },
    ])
  },
)
