import { environmentChecks } from '../../checks/environment.ts'
import { runChecks } from '../../checks/run-checks.ts'
import { checkConfig } from '../../config.ts'
import type { Command } from '../command.ts'
import { printResults } from '../print-results.ts'

export const check: Command = {
  name: 'check',
  summary: 'Check the environment: every problem at once, with its remedy',
  usage: '',
  arity: [0, 0],
  options: {
    all: { type: 'boolean', about: 'Show every variable, not only those with a problem' },
    json: { type: 'boolean', about: 'Print every result as JSON' },
  },
  examples: ['botyard check', 'botyard check --all', 'botyard check --json'],
  run: ({ options, terminal }) =>
    printResults(runChecks(environmentChecks, checkConfig(terminal.env)), terminal, {
      json: options['json'] === true,
      faultsOnly: options['all'] !== true,
    }),
}
