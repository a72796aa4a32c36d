import type { Access } from '../accounts/open-access.ts'
import { createJob, type Job, type Jobs } from '../jobs/job.ts'
import type { Library } from '../knowledge/library.ts'
import type { Store } from '../store/store.ts'

export interface LinkParts {
  readonly access: Pick<Access, 'link' | 'resolve'>
  readonly store: Pick<Store, 'tasks'>
  readonly library: Pick<Library, 'adopt'>
}

const JOB = 'botyard-follow-link'
/** Longer than other servers go on with whom they knew, and than most answers take that had begun. */
const LATER_MS = 60_000

/** See `Host.link`. */
export async function linkSubject(
  parts: LinkParts & { readonly jobs: Jobs },
  subject: string,
  code: string,
): Promise<boolean> {
  if (!(await parts.access.link(subject, code))) return false
  // First: were the process to die behind it, the job would do all of it.
  const runAt = new Date(Date.now() + LATER_MS)
  await parts.jobs.put({ job: JOB, key: subject, payload: { subject }, runAt })
  await follow(parts, subject)
  return true
}

/** The job that has what is still added for a sender who has just linked an account follow the rest of it. */
export function createLinkJob(parts: LinkParts): Job {
  return createJob({
    name: JOB,
    run: ({ payload }) => follow(parts, (payload as { readonly subject: string }).subject),
  })
}

/** Whose it is now is asked each time: a link may be undone, or another made. */
async function follow({ access, store, library }: LinkParts, subject: string): Promise<void> {
  const account = await access.resolve(subject)
  if (account === subject) return
  await store.tasks.adopt(subject, account)
  await library.adopt(subject, account)
}
