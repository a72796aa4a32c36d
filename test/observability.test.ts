import { execFile, execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SyntaxNodeRef } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALERTS, runbookOf } from '../src/observe/alerts.ts'
import { ALERT_CASES, type AlertCase } from './alert-cases.ts'
import { startTestApp, type TestApp } from './test-app.ts'

const ROOT = join(import.meta.dirname, '..')
const RULES = join(ROOT, 'deploy/observability/prometheus-alerts.yml')

interface Query {
  readonly place: string
  readonly expr: string
}

/** Every query that ships, with what Grafana puts into it. */
function queries(): readonly Query[] {
  const panels = globSync('deploy/observability/grafana/*.json', { cwd: ROOT }).flatMap((path) => {
    const board = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[]
    }
    return board.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ place: title, expr })))
  })
  const rules = ALERTS.map(({ name, expr }) => ({ place: name, expr }))
  return [...panels, ...rules].map(({ place, expr }) => ({
    place,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$bot', '.*'),
  }))
}

/** The names of metrics in a query; throws where it is none. */
function metricsOf({ place, expr }: Query): readonly string[] {
  const names: string[] = []
  parser.parse(expr).iterate({
    enter: (node: SyntaxNodeRef) => {
      if (node.type.isError) throw new Error(`${place}: no query: ${expr}`)
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector')
        names.push(expr.slice(node.from, node.to))
    },
  })
  return names
}

describe('what ships for Prometheus and Grafana', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp()
  })
  afterAll(() => app.close())

  test('every query is one, and names only metrics that a server has', async () => {
    const scraped = await (await fetch(`${app.url}/metrics`)).text()
    const types = [...scraped.matchAll(/^# TYPE (\S+) (\w+)$/gm)]
    const known = new Set(
      types.flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    )
    const named = queries().flatMap(metricsOf)
    expect(named.length).toBeGreaterThan(60)
    // `up` is made by Prometheus.
    expect(named.filter((name) => name !== 'up' && !known.has(name))).toEqual([])
    expect(() => metricsOf({ place: 'planted', expr: 'sum(rate(x[5m])' })).toThrow('planted')
  })
})

test('every alert has its page, and every page its alert', async () => {
  const pages = (await readdir(join(ROOT, 'docs/runbooks'))).map((name) => `docs/runbooks/${name}`)
  expect(pages.toSorted()).toEqual(ALERTS.map(runbookOf).toSorted())
  for (const alert of ALERTS) expect(readFileSync(join(ROOT, runbookOf(alert)), 'utf8')).toContain(alert.name)
})

test('every alert is tried on what it fires on and on what it bears', () => {
  expect(new Set(ALERT_CASES.map(({ alert }) => alert))).toEqual(new Set(ALERTS.map(({ name }) => name)))
})

const promtool = findPromtool()
if (!promtool) console.warn('skipped: promtool is missing; it comes with the Debian package prometheus')

describe.skipIf(!promtool)('by the word of promtool', () => {
  const run = (...words: readonly string[]) => promisify(execFile)(promtool ?? '', words)

  test('the rules can be read', async () => {
    expect((await run('check', 'rules', RULES)).stdout).toContain(`${ALERTS.length} rules found`)
  })

  test('each alert fires when it should, and only then', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'botyard-rules-'))
    const file = join(folder, 'test.json')
    await writeFile(file, JSON.stringify(toRuleTests()))
    await run('test', 'rules', file)
    await rm(folder, { recursive: true })
  })
})

function findPromtool(): string | undefined {
  const given = process.env['PROMTOOL'] ?? 'promtool'
  try {
    execFileSync(given, ['--version'], { stdio: 'ignore' })
    return given
  } catch {
    return undefined
  }
}

/** As promtool reads them; JSON is YAML. */
function toRuleTests(): object {
  return {
    rule_files: [RULES],
    tests: ALERT_CASES.flatMap((one) => [
      toRuleTest(one, { series: one.fires, fires: true }),
      toRuleTest(one, { series: one.quiet, fires: false }),
    ]),
  }
}

function toRuleTest(
  { alert: name, at, labels }: AlertCase,
  { series, fires }: { readonly series: AlertCase['fires']; readonly fires: boolean },
): object {
  const alert = ALERTS.find((one) => one.name === name)
  if (!alert) throw new Error(`no alert ${name}`)
  const expected = {
    exp_labels: { severity: alert.severity, ...labels },
    exp_annotations: { summary: alert.summary, runbook: runbookOf(alert) },
  }
  return {
    interval: '1m',
    input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
    alert_rule_test: [{ eval_time: at, alertname: name, exp_alerts: fires ? [expected] : [] }],
  }
}
