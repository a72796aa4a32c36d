/** The environment of a server in production on which people may sign in, and operators make chatbots. */
export const OPERATED = {
  JWT_SECRET: 'a-secret-of-at-least-thirty-two-characters',
  NODE_ENV: 'production',
  LOG_LEVEL: 'silent',
}

/** What an operator writes to make a chatbot. */
export const ACME = {
  name: 'Acme helper',
  instructions: 'Answer about Acme. The password of the vault is swordfish.',
  model: 'offline',
  suggestions: ['What do you sell?'],
  site: { greeting: 'Welcome to Acme', allowedOrigins: ['https://acme.example'] },
}
