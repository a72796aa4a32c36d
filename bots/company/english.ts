import type { CompanyTexts } from './texts.ts'

export const english: CompanyTexts = {
  start: [
    '👋 Hello! I check Russian companies.',
    '',
    'Send the INN of a company (10 digits) or of a sole trader (12 digits): I show its card, risks, affiliated companies and an analysis.',
    '',
    'For example: 7707083893',
  ].join('\n'),
  help: [
    'ℹ️ **How to use me**',
    '',
    '- Send an INN (10 or 12 digits) or an OGRN (13 or 15 digits), such as 7707083893.',
    '- Then ask for more: "Card", "Risks", "Affiliates", "Contacts", "Analysis".',
    '- "PDF" or "HTML": the report as one file.',
    '',
    'The facts come from the state registers through DaData. What the source does not tell I do not make up.',
  ].join('\n'),
  tooLong: '❌ The message is too long. Please send an INN (10 or 12 digits).',
  noNumber:
    '❌ There is no INN in your message. Send 10 digits of a company or 12 of a sole trader, such as 7707083893',
  badNumber: '❌ This INN is not right: {number}\nPlease check it.',
  working: '🔍 Looking up the INN {number}...\nPlease wait.',
  notFound: '❌ No company with the INN {number} was found. Please check it.',
  nothingChecked: 'Send the INN of a company (10 digits) or of a sole trader (12 digits) first.',
  askNumber: '🔍 Send an INN: 10 digits of a company, 12 of a sole trader.',
  lookupErrors: {
    company_not_configured: '⚠️ Missing required configuration: DADATA_API_KEY',
    company_unauthorized: '⚠️ Configuration error: DaData refused the API key',
    company_quota_exhausted: '⚠️ The lookups of today are used up. Please try again tomorrow.',
    company_rate_limited: '⚠️ DaData is receiving too many requests. Please try again later.',
    company_unavailable: '⚠️ DaData is not available right now. Please try again later.',
  },
  affiliatedUnavailable: '⚠️ The affiliated companies could not be looked up right now.',
  modelErrors: {
    model_unauthorized: '⚠️ Configuration error: {provider} refused the API key',
    model_rate_limited: '⚠️ {provider} is receiving too many requests. Please try again later.',
    model_quota_exhausted: '⚠️ {provider} is receiving too many requests. Please try again later.',
    model_unavailable: '⚠️ {provider} is not available right now. Please try again later.',
    model_stream_broken: '⚠️ {provider} is not available right now. Please try again later.',
    other: '⚠️ The API of {provider} failed (code {code})',
  },
  noModel: 'A language model writes the analysis, and none is connected. Card and risk score do without.',
  analysisUnavailable: 'The analysis is not available right now.',
  dropped: 'ℹ️ Statements of the model that the facts do not hold, left out: {count}.',
  document: '📎 The report is ready.',
  answerIn: 'Answer in English.',
}
