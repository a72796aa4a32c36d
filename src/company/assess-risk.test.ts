import { describe, expect, test } from 'vitest'
import { DADATA_PARTIES } from '../fakes/dadata.ts'
import { assessRisk } from './assess-risk.ts'
import type { CompanyFacts } from './company.ts'
import { toFacts } from './parse-party.ts'

const TODAY = new Date('2026-11-21T10:00:00Z')

/** The company of the fake whose number, and kind of place, it is. */
function facts(inn: string, branch = 'MAIN'): CompanyFacts {
  const party = DADATA_PARTIES.find(
    ({ data }) => data['inn'] === inn && (data['branch_type'] ?? 'MAIN') === branch,
  )
  return toFacts(party?.data, party?.value ?? '', TODAY)
}

function flagsOf(inn: string): readonly string[] {
  return assessRisk(facts(inn), TODAY).flags.map(({ code, points, on }) => `${code} ${points} ${on}`)
}

describe('each kind of company', () => {
  test('an active one of which all is told has nothing against it', () => {
    expect(assessRisk(facts('7701000019'), TODAY)).toEqual({
      score: 0,
      level: 'low',
      flags: [],
      unknown: [],
      on: '2026-11-21',
    })
  })

  test('what a free plan keeps back is unknown, and neither good nor bad', () => {
    const { score, unknown } = assessRisk(facts('7707083893'), TODAY)
    expect({ score, unknown }).toEqual({
      score: 0,
      unknown: ['invalid', 'disqualified', 'address', 'finance', 'debt', 'founders', 'employees'],
    })
  })

  test('one in liquidation is flagged as of what the register says', () => {
    expect(flagsOf('7701000026')).toEqual(['liquidating 40 2026-10-01'])
  })

  test('a liquidated one is flagged by the day it ended, and not for lacking a head', () => {
    expect(flagsOf('1601000078')).toEqual(['liquidated 40 2024-02-29'])
  })

  test('a bankrupt one with debts, a loss and no revenue is flagged for each, by the year of its figures', () => {
    expect(flagsOf('7801000037')).toEqual([
      'bankrupt 40 2026-10-01',
      'tax_debt 12 2025-12-31',
      'no_revenue 10 2025-12-31',
      'loss 5 2025-12-31',
    ])
  })

  test('an address called untrue is flagged by the day of the decision', () => {
    expect(flagsOf('5401000046')).toEqual(['invalid 35 2026-10-01', 'invalid_address 20 2026-03-15'])
    expect(assessRisk(facts('5401000046'), TODAY).level).toBe('high')
  })

  test('a disqualified head is named', () => {
    const { flags } = assessRisk(facts('6601000052'), TODAY)
    expect(flags).toEqual([
      {
        code: 'disqualified_head',
        points: 30,
        on: '2026-10-01',
        detail: { name: 'Кузнецов Антон Павлович' },
      },
    ])
  })

  test('a sole trader needs no head, no founders and no revenue', () => {
    const { score, unknown } = assessRisk(facts('500100732259'), TODAY)
    expect({ score, unknown }).toEqual({
      score: 0,
      unknown: ['invalid', 'address', 'finance', 'debt', 'employees'],
    })
  })

  test('a branch needs no head of its own', () => {
    expect(assessRisk(facts('7701000019', 'BRANCH'), TODAY).flags).toEqual([])
  })
})

const active = facts('7701000019')

test('a company without a head is flagged, unless it has managers', () => {
  const headless = { ...active, head: null }
  expect(assessRisk(headless, TODAY).flags.map(({ code }) => code)).toEqual(['no_management'])
  const managed = { ...headless, managers: facts('7701000019').founders }
  expect(assessRisk(managed, TODAY).flags).toEqual([])
})

test('a young company is flagged by the day it was registered, and only in its first year', () => {
  const born = (day: string): CompanyFacts => ({ ...active, state: { ...active.state, registeredOn: day } })
  expect(assessRisk(born('2026-03-22'), TODAY).flags).toEqual([
    { code: 'young', points: 10, on: '2026-03-22', detail: { months: 7 } },
  ])
  expect(assessRisk(born('2025-11-21'), TODAY).flags).toEqual([])
  expect(assessRisk(born('2025-11-22'), TODAY).score).toBe(10)
})

test('a debt weighs a point for each million, at least one and at most twenty', () => {
  const owing = (debt: number): number =>
    assessRisk({ ...active, finance: { ...active.finance, debt } }, TODAY).score
  expect([0, 1, 400_000, 7_400_000, 900_000_000].map(owing)).toEqual([0, 1, 1, 7, 20])
})

test('no score passes 100', () => {
  const worst = {
    ...facts('7801000037'),
    invalid: true,
    address: facts('5401000046').address,
    head: facts('6601000052').head,
  }
  expect(assessRisk(worst, TODAY)).toMatchObject({ score: 100, level: 'high' })
})
