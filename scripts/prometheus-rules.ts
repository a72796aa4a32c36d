import { ALERTS, runbookOf } from '../src/observe/alerts.ts'

/** The alerts as a file of rules for Prometheus. JSON texts are YAML, too. */
export function prometheusRules(): string {
  const rules = ALERTS.flatMap((alert) => [
    `      - alert: ${alert.name}`,
    `        expr: ${JSON.stringify(alert.expr)}`,
    `        for: ${alert.for}`,
    '        labels:',
    `          severity: ${alert.severity}`,
    '        annotations:',
    `          summary: ${JSON.stringify(alert.summary)}`,
    `          runbook: ${runbookOf(alert)}`,
  ])
  return [
    '# Written by `npm run docs` from src/observe/alerts.ts.',
    'groups:',
    '  - name: botyard',
    '    rules:',
    ...rules,
    '',
  ].join('\n')
}
