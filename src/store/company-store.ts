/** What was looked up about companies, for a while, and how many lookups a day has seen. */
export interface CompanyStore {
  /** Undefined when it was not looked up, or too long ago; `body` is null when there was nothing to find. */
  find(key: CompanyKey): Promise<CompanyRecord | undefined>
  keep(record: CompanyKey & { readonly body: string | null; readonly forMs: number }): Promise<void>
  /**
   * Counts one lookup of a day unless `budget` are counted already; false then. One statement: replicas cannot pass the
   * budget together. `day` is `YYYY-MM-DD`.
   */
  spend(day: string, budget: number): Promise<boolean>
  /** Deletes what has expired, and the counts of days long gone. */
  forgetExpired(): Promise<void>
}

export interface CompanyKey {
  /** Which question was asked. */
  readonly service: string
  readonly query: string
}

export interface CompanyRecord {
  /** JSON, as the service sent it. */
  readonly body: string | null
  readonly fetchedAt: Date
}

/** Files that bots gave people, for a while. */
export interface AnswerFileStore {
  /** Deletes the oldest files of the same person beyond `most`. */
  keep(file: StoredFile & { readonly forMs: number; readonly most: number }): Promise<void>
  /** Undefined when there is none of that id, or it has expired. */
  find(id: string): Promise<Omit<StoredFile, 'id' | 'subject'> | undefined>
  forgetExpired(): Promise<void>
}

export interface StoredFile {
  /** Not the address: its hash. */
  readonly id: string
  readonly subject: string
  readonly name: string
  readonly contentType: string
  readonly bytes: Uint8Array
}
