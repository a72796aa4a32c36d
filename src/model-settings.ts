import { anyText, choice, modelName, webUrl, whole } from './setting-types.ts'

/** The rows of `SETTINGS` about language models. */
export const MODEL_SETTINGS = {
  MODEL: {
    section: 'Models',
    about:
      'The model of bots that name none; without it `LLM_PROVIDER`, or the first API key that is set, decides.',
    type: modelName,
    example: 'openai/gpt-4o-mini',
  },
  LLM_PROVIDER: {
    section: 'Models',
    about: 'The provider of bots that name no model; its `*_MODEL` variable names the model.',
    type: choice(['openai', 'cohere', 'anthropic', 'grok', 'offline']),
    example: 'openai',
  },
  OPENAI_API_KEY: {
    section: 'Models',
    about: 'The key for OpenAI, or for the server at `OPENAI_BASE_URL`.',
    type: anyText,
    example: 'sk-…',
    secret: true,
  },
  OPENAI_BASE_URL: {
    section: 'Models',
    about: 'Where to reach OpenAI, or any server that speaks its Chat Completions API.',
    type: webUrl,
    default: 'https://api.openai.com/v1',
  },
  OPENAI_MODEL: {
    section: 'Models',
    about: 'The model when OpenAI is the provider.',
    type: anyText,
    default: 'gpt-4o-mini',
  },
  COHERE_API_KEY: {
    section: 'Models',
    about: 'The key for Cohere.',
    type: anyText,
    example: '…',
    secret: true,
  },
  COHERE_BASE_URL: {
    section: 'Models',
    about: 'Where to reach Cohere.',
    type: webUrl,
    default: 'https://api.cohere.com',
  },
  COHERE_MODEL: {
    section: 'Models',
    about: 'The model when Cohere is the provider.',
    type: anyText,
    default: 'command-a-03-2025',
  },
  ANTHROPIC_API_KEY: {
    section: 'Models',
    about: 'The key for Anthropic.',
    type: anyText,
    example: 'sk-ant-…',
    secret: true,
  },
  ANTHROPIC_BASE_URL: {
    section: 'Models',
    about: 'Where to reach Anthropic.',
    type: webUrl,
    default: 'https://api.anthropic.com',
  },
  ANTHROPIC_MODEL: {
    section: 'Models',
    about: 'The model when Anthropic is the provider.',
    type: anyText,
    default: 'claude-haiku-5-5',
  },
  XAI_API_KEY: {
    section: 'Models',
    about: 'The key for xAI (Grok).',
    type: anyText,
    example: 'xai-…',
    secret: true,
  },
  XAI_BASE_URL: {
    section: 'Models',
    about: 'Where to reach xAI (Grok).',
    type: webUrl,
    default: 'https://api.x.ai/v1',
  },
  GROK_MODEL: {
    section: 'Models',
    about: 'The model when xAI (Grok) is the provider.',
    type: anyText,
    default: 'grok-3-mini',
  },
  MAX_HISTORY_TURNS: {
    section: 'Models',
    about:
      'Earlier turns (a message and its answer) that a model is given, in place of what each bot says in `limits.historyMessages`; `limits.historyTokens` holds, too.',
    type: whole(0, 1_000),
    example: '3',
  },
  OFFLINE_PACE_MS: {
    section: 'Models',
    about: 'The pause between two pieces of text of the offline model, in milliseconds.',
    type: whole(0, 60_000),
    default: '25',
  },
  MODEL_GATHER_MS: {
    section: 'Models',
    about:
      'How far apart pieces of an answer are, in milliseconds, its first text excepted: what a provider sends in between is one piece. `0` passes each token on as it comes, at half as much CPU again.',
    type: whole(0, 1_000),
    default: '50',
  },
  MODEL_CONNECT_TIMEOUT_MS: {
    section: 'Models',
    about: 'How long opening a connection to a provider may take, in milliseconds.',
    type: whole(1, 600_000),
    default: '5000',
  },
  MODEL_FIRST_TOKEN_TIMEOUT_MS: {
    section: 'Models',
    about: 'How long a model may take to begin its answer, in milliseconds.',
    type: whole(1, 600_000),
    default: '30000',
  },
  MODEL_IDLE_TIMEOUT_MS: {
    section: 'Models',
    about: 'How long a model may pause before or within its answer, in milliseconds.',
    type: whole(1, 600_000),
    default: '60000',
  },
  LLM_CACHE_TTL: {
    section: 'Models',
    about:
      'How long the answer to a request that is the same in every word, with the same passages, is given again without asking the model, in seconds; 0 asks each time. 120 suits a bot that answers from documents.',
    type: whole(0, 86_400),
    default: '0',
  },
  MODEL_RETRIES: {
    section: 'Models',
    about: 'How often a call to a model that failed before its first piece of text is tried again.',
    type: whole(0, 10),
    default: '2',
  },
} as const
