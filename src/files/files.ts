import type { FileKeeper, NewFile } from '../answer-files.ts'

/** The door of the files room: what bots gave people to download. */
export interface AnswerFiles {
  /** For one person. */
  of(subject: string): FileKeeper
  /** The file at an address that a `FileEvent` told; undefined when it is not one of ours, or has expired. */
  open(url: string): Promise<NewFile | undefined>
}
