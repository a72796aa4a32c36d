import type { Check, CheckResult, Finding } from './check.ts'

/** Runs checks one after the other and yields each result when it is known. Never throws. */
export async function* runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
): AsyncGenerator<CheckResult> {
  for (const check of checks) yield { id: check.id, title: check.title, ...(await findingOf(check, context)) }
}

async function findingOf<Context>(check: Check<Context>, context: Context): Promise<Finding> {
  try {
    return await check.run(context)
  } catch (error) {
    return { status: 'fail', evidence: error instanceof Error ? error.message : String(error) }
  }
}
