import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A paragraph and the questions it answers. */
export interface Paragraph {
  readonly text: string
  readonly questions: readonly string[]
}

/** Paragraphs of one language. */
export interface Corpus {
  readonly language: string
  readonly paragraphs: readonly Paragraph[]
}

const LANGUAGES = ['en', 'ru']

/** The files `xquad-en.json` and `xquad-ru.json` of a folder: `[{ text, questions: [{ question }] }]`. */
export function readCorpora(folder: string): readonly Corpus[] {
  return LANGUAGES.map((language) => {
    const rows = JSON.parse(readFileSync(join(folder, `xquad-${language}.json`), 'utf8')) as readonly {
      readonly text: string
      readonly questions: readonly { readonly question: string }[]
    }[]
    const paragraphs = rows.map(({ text, questions }) => ({
      text,
      questions: questions.map(({ question }) => question),
    }))
    return { language, paragraphs }
  })
}

/** A few paragraphs of our own, to see that everything works. */
export const OWN_CORPORA: readonly Corpus[] = [
  {
    language: 'en',
    paragraphs: [
      {
        text: 'We deliver within three days. Delivery is free from 50 euros.',
        questions: ['When is delivery free?'],
      },
      {
        text: 'Parcels can be returned within 30 days of purchase.',
        questions: ['How long can I return a parcel?'],
      },
      { text: 'Our shop in Bern opens at nine and closes at six.', questions: ['When does the shop open?'] },
    ],
  },
  {
    language: 'ru',
    paragraphs: [
      {
        text: 'Мы доставляем заказы за три дня. От 50 евро доставка бесплатна.',
        questions: ['Когда доставка бесплатная?'],
      },
      {
        text: 'Посылку можно вернуть в течение 30 дней после покупки.',
        questions: ['Сколько дней есть на возврат посылки?'],
      },
      {
        text: 'Наш магазин в Берне открывается в девять и закрывается в шесть.',
        questions: ['Во сколько открывается магазин?'],
      },
    ],
  },
]
