import { createJob, type Job, type Jobs } from '../../jobs/job.ts'
import { putIngest, type IngestOptions } from './ingest-jobs.ts'

interface Adoption {
  readonly from: string
  readonly to: string
}

interface AdoptOptions extends IngestOptions {
  readonly jobs: () => Jobs
}

const ADOPT = 'botyard-adopt'

/** Gives documents to another owner now, and has their vectors follow, however often that fails at first. */
export async function putAdoption({ store, jobs }: AdoptOptions, { from, to }: Adoption): Promise<void> {
  // First: were the process to die behind it, the job would do all of it.
  await jobs().put({ job: ADOPT, key: from, payload: { from, to } })
  await adopt({ store, jobs: jobs() }, { from, to })
}

/** The job that has the vectors of documents follow them. */
export function createAdoptJob({ store, indexer }: IngestOptions): Job {
  return createJob({
    name: ADOPT,
    run: async ({ payload, jobs }) => {
      const adoption = payload as unknown as Adoption
      await adopt({ store, jobs }, adoption)
      await indexer?.adopt(adoption.from, adoption.to)
    },
  })
}

async function adopt(
  { store, jobs }: Pick<IngestOptions, 'store'> & { readonly jobs: Jobs },
  { from, to }: Adoption,
): Promise<void> {
  for (const { id, ...key } of await store.adopt(from, to)) await putIngest(jobs, key, id)
}
