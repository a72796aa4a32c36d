/** How long a test waits, in milliseconds, for what comes soon unless the machine is busy. */
export const PATIENCE_MS = 30_000
