import type { CollectedAnswer } from '../../messaging/collect-answer.ts'
import { plainText } from '../../messaging/rich-text.ts'
import type { Host } from '../channel.ts'
import type { AnswerPart } from './delivery.ts'

/** An answer whose files of ours became messages of their own; files of elsewhere stay links in its text. */
export interface SplitAnswer {
  readonly answer: CollectedAnswer
  readonly documents: readonly AnswerPart[]
}

/** Parts the files that this server keeps from an answer: those are uploaded. */
export async function splitFiles(answer: CollectedAnswer, host: Pick<Host, 'file'>): Promise<SplitAnswer> {
  const kept = await Promise.all(answer.files.map(async ({ url }) => (await host.file(url)) !== undefined))
  const documents = answer.files.filter((_, index) => kept[index])
  return {
    answer: { ...answer, files: answer.files.filter((_, index) => !kept[index]) },
    documents: documents.map(({ name, url }) => ({ ...plainText(`📎 ${name}`), file: url })),
  }
}
