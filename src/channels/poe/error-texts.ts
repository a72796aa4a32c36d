import { AppError, type ErrorCode } from '../../errors.ts'
import type { PoeError } from './poe-events.ts'

/** What may go wrong, as far as a person on Poe cares. */
type Trouble = 'busy' | 'failed' | 'too-long' | 'refused' | 'too-many' | 'funds' | 'no-input' | 'interrupted'

type Texts = Readonly<Record<Trouble, string>>

const TEXTS: Readonly<Record<string, Texts>> = {
  de: {
    busy: 'Gerade kann ich nicht antworten. Bitte versuche es gleich noch einmal.',
    failed: 'Bei mir ist etwas schiefgegangen. Bitte versuche es später noch einmal.',
    'too-long': 'Das Gespräch ist zu lang für mich. Beginne ein neues oder schreibe kürzer.',
    refused: 'Darauf kann ich nicht antworten.',
    'too-many': 'Das waren zu viele Nachrichten. Bitte warte {seconds} Sekunden.',
    funds: 'Dein Guthaben bei Poe reicht für diese Antwort nicht.',
    'no-input': 'Bitte schreibe etwas.',
    interrupted: 'Die Antwort wurde unterbrochen. Bitte sende deine Nachricht noch einmal.',
  },
  es: {
    busy: 'Ahora mismo no puedo responder. Inténtalo de nuevo en un momento.',
    failed: 'Algo salió mal por mi parte. Inténtalo más tarde.',
    'too-long': 'La conversación es demasiado larga. Empieza una nueva o escribe menos.',
    refused: 'No puedo responder a eso.',
    'too-many': 'Demasiados mensajes. Espera {seconds} segundos.',
    funds: 'Tu saldo en Poe no alcanza para esta respuesta.',
    'no-input': 'Escribe algo, por favor.',
    interrupted: 'La respuesta se interrumpió. Envía tu mensaje otra vez.',
  },
  fr: {
    busy: 'Je ne peux pas répondre pour le moment. Réessayez dans un instant.',
    failed: 'Un problème est survenu de mon côté. Réessayez plus tard.',
    'too-long': 'La conversation est trop longue. Commencez-en une nouvelle ou écrivez moins.',
    refused: 'Je ne peux pas répondre à cela.',
    'too-many': 'Trop de messages. Attendez {seconds} secondes.',
    funds: 'Votre solde Poe ne suffit pas pour cette réponse.',
    'no-input': 'Veuillez écrire quelque chose.',
    interrupted: 'La réponse a été interrompue. Renvoyez votre message.',
  },
  pt: {
    busy: 'Não consigo responder agora. Tente de novo daqui a pouco.',
    failed: 'Algo deu errado do meu lado. Tente mais tarde.',
    'too-long': 'A conversa está longa demais. Comece outra ou escreva menos.',
    refused: 'Não posso responder a isso.',
    'too-many': 'Mensagens demais. Espere {seconds} segundos.',
    funds: 'Seu saldo no Poe não cobre esta resposta.',
    'no-input': 'Escreva algo, por favor.',
    interrupted: 'A resposta foi interrompida. Envie sua mensagem de novo.',
  },
  ru: {
    busy: 'Сейчас я не могу ответить. Попробуйте ещё раз чуть позже.',
    failed: 'У меня что-то сломалось. Попробуйте позже.',
    'too-long': 'Беседа слишком длинная. Начните новую или напишите короче.',
    refused: 'На это я не могу ответить.',
    'too-many': 'Слишком много сообщений. Подождите {seconds} с.',
    funds: 'Вашего баланса Poe не хватает на этот ответ.',
    'no-input': 'Напишите что-нибудь, пожалуйста.',
    interrupted: 'Ответ прервался. Отправьте сообщение ещё раз.',
  },
}

const ENGLISH = {
  'too-many': 'You have sent too many messages. Please wait {seconds} seconds.',
  'no-input': 'Please provide some input',
} as const

/** Errors that say more than that something failed or is busy. */
const TROUBLES: Partial<Record<ErrorCode, Trouble>> = {
  model_context_too_long: 'too-long',
  body_too_large: 'too-long',
  model_refused: 'refused',
  poe_insufficient_funds: 'funds',
  interrupted: 'interrupted',
}

const TYPES: Partial<Record<Trouble, NonNullable<PoeError['error_type']>>> = {
  'too-long': 'user_message_too_long',
  refused: 'user_caused_error',
  funds: 'insufficient_fund',
  'no-input': 'user_caused_error',
}

/** The error event for a code of the table, in the person's language where there is a text in it. */
export function toPoeError(
  { code, retryable }: { readonly code: ErrorCode; readonly retryable: boolean },
  language: string,
): PoeError {
  const trouble = TROUBLES[code] ?? (retryable ? 'busy' : 'failed')
  return toError(trouble, { retryable, text: textsOf(language)?.[trouble] ?? new AppError(code).message })
}

/** For a person who asks too often; trying again at once, as Poe may do by itself, makes no sense. */
export function tooManyMessages(waitMs: number, language: string): PoeError {
  const text = textsOf(language)?.['too-many'] ?? ENGLISH['too-many']
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000))
  return toError('too-many', { retryable: false, text: text.replace('{seconds}', String(seconds)) })
}

/** For a query without anything to answer. */
export function noInput(language: string): PoeError {
  return toError('no-input', {
    retryable: false,
    text: textsOf(language)?.['no-input'] ?? ENGLISH['no-input'],
  })
}

function toError(trouble: Trouble, said: { readonly retryable: boolean; readonly text: string }): PoeError {
  const type = TYPES[trouble]
  return { allow_retry: said.retryable, text: said.text, ...(type && { error_type: type }) }
}

function textsOf(language: string): Texts | undefined {
  const tag = language.toLowerCase().split(/[-_]/)[0] ?? ''
  return Object.hasOwn(TEXTS, tag) ? TEXTS[tag] : undefined
}
