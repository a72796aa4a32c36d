import type { Check, Finding } from './check.ts'

/** A bot of the project, with its model found or the sentence that says why not. */
export interface CheckedBot {
  readonly name: string
  readonly model: string | undefined
  readonly problem: string | undefined
  /** Why it cannot do its work, such as `off: Missing required configuration: …`. */
  readonly missing?: string | undefined
}

export interface ProjectContext {
  /** Loads the project and finds the models; undefined when the environment cannot be read. Throws when it cannot be loaded. */
  readonly loadBots: (() => Promise<readonly CheckedBot[]>) | undefined
}

/** What a start would refuse about the project of this folder. */
export const projectChecks: readonly Check<ProjectContext>[] = [
  {
    id: 'project.bots',
    title: 'Project',
    run: async ({ loadBots }) => {
      if (!loadBots) return { status: 'skip', evidence: 'the environment has to be right first' }
      return toFinding(await loadBots())
    },
  },
]

function toFinding(bots: readonly CheckedBot[]): Finding {
  const broken = bots.filter(({ problem }) => problem !== undefined)
  if (broken.length > 0) {
    const evidence = broken.map(({ name, problem }) => `bot ${name}: ${problem}`).join(' ')
    return { status: 'fail', evidence, remedy: 'Set the key of the model, or give the bot another one.' }
  }
  return {
    status: 'pass',
    evidence: bots
      .map(({ name, model, missing }) => `bot ${name} ${missing ? `is ${missing}` : `answers with ${model}`}`)
      .join(', '),
  }
}
