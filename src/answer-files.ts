import type { FileEvent } from './events.ts'

/** A file to give to a person. */
export interface NewFile {
  /** What the person sees and saves, such as `report.pdf`. */
  readonly name: string
  readonly contentType: string
  /** Up to 10 MB. */
  readonly bytes: Uint8Array
}

/** Where bots put files for the person they serve. */
export interface FileKeeper {
  /**
   * Keeps a file for some days and gives the event that tells of it. Its address cannot be guessed, so whoever was told
   * it can download the file and nobody else. Throws `file_too_large`.
   */
  keep(file: NewFile): Promise<FileEvent>
}
