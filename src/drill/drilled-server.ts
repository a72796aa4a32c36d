/** What the world around one replica looks like to it. */
export interface ReplicaPlaces {
  readonly port: number
  /** Where the messenger reaches all replicas. */
  readonly publicUrl: string
  /** Present when people write on Telegram. */
  readonly telegram?: { readonly apiRoot: string; readonly token: string; readonly secret: string }
  /** Present when they write on Bitrix24. */
  readonly bitrix24?: {
    readonly origin: string
    readonly restUrl: string
    readonly oauthUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  /** Base addresses, as the official clients take them. */
  readonly models: { readonly openai: string; readonly cohere: string; readonly anthropic: string }
  /** Absent: there is no server, and `dataFolder` is where an embedded one keeps its files. */
  readonly databaseUrl: string | undefined
  readonly dataFolder: string
}

/** A server that is put to the test: how it is started, and what it knows of its own sends. */
export interface DrilledServer {
  readonly name: string
  /** The program and its arguments; it serves until SIGTERM and says 200 at `/readyz` when it takes updates. */
  readonly command: readonly [string, ...(readonly string[])]
  /** The working folder. */
  readonly folder: string
  environment(places: ReplicaPlaces): NodeJS.ProcessEnv
  /** The chat of each send whose fate is unknown. Called when no replica runs. Absent: the server keeps no ledger. */
  listAmbiguous?(places: ReplicaPlaces): Promise<readonly number[]>
}
