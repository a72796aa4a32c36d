import type { CheckResult } from '../../checks/check.ts'
import { environmentChecks } from '../../checks/environment.ts'
import { projectChecks, type CheckedBot } from '../../checks/project.ts'
import { runChecks } from '../../checks/run-checks.ts'
import { searchChecks } from '../../checks/search.ts'
import { voiceChecks } from '../../checks/voice.ts'
import { checkConfig, type Config } from '../../config.ts'
import { toAppError } from '../../errors.ts'
import type { Command, Terminal } from '../command.ts'
import { loadProject } from '../load-project.ts'
import { printResults } from '../print-results.ts'

export const check: Command = {
  name: 'check',
  summary: 'Check the environment and the project: every problem at once, with its remedy',
  usage: '',
  arity: [0, 0],
  options: {
    all: { type: 'boolean', about: 'Show everything, not only what has a problem' },
    json: { type: 'boolean', about: 'Print every result as JSON' },
  },
  examples: ['botyard check', 'botyard check --all', 'botyard check --json'],
  run: ({ options, terminal }) =>
    printResults(checkAll(terminal), terminal, {
      json: options['json'] === true,
      faultsOnly: options['all'] !== true,
    }),
}

async function* checkAll({ env, cwd }: Terminal): AsyncGenerator<CheckResult, void> {
  const environment = checkConfig(env)
  yield* runChecks(environmentChecks, environment)
  const { config } = environment
  yield* runChecks(projectChecks, { loadBots: config && (() => loadBots(cwd, config)) })
  const { describeSearch, describeVoice } = await import('../../app.ts')
  yield* runChecks(searchChecks, { describe: config && (() => describeSearch(config)) })
  yield* runChecks(voiceChecks, { describe: config && (() => describeVoice(config)) })
}

async function loadBots(folder: string, config: Config): Promise<readonly CheckedBot[]> {
  const { createModels, describeBot, serveBot } = await import('../../app.ts')
  const { bots } = await loadProject(folder)
  const models = createModels(config)
  return bots.map((bot) => {
    try {
      return { ...describeBot(config, serveBot(bot, models, config)), problem: undefined }
    } catch (error) {
      return { name: bot.name, model: undefined, problem: toAppError(error).message }
    }
  })
}
