import type { Finding } from './check.ts'

/** What `look` finds; when it throws, a failure that says why, and what to do. */
export async function withRemedy(remedy: string, look: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await look()
  } catch (error) {
    const evidence = error instanceof Error ? error.message : String(error)
    return { status: 'fail', evidence, remedy }
  }
}
