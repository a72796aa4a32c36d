import { describe, expect, test } from 'vitest'
import { wakeAtTick } from './wake-at-tick.ts'

describe('waiting for a tick', () => {
  test('those who are due within one tick go on together, in their order, and not before they are due', async () => {
    const due = Math.ceil(performance.now() / 10) * 10 + 20
    const woken: (readonly [string, number])[] = []
    const wake = (name: string) => () => void woken.push([name, performance.now()])
    const last = new Promise<void>((resolve) => {
      wakeAtTick(due - 3, wake('first'))
      wakeAtTick(due, wake('second'))
      wakeAtTick(due, resolve)
    })
    await last
    expect(woken.map(([name]) => name)).toEqual(['first', 'second'])
    // Timers of Node.js count in whole milliseconds and may be one early.
    expect(Math.min(...woken.map(([, at]) => at))).toBeGreaterThan(due - 2)
  })

  test('who takes the wish back is not woken', async () => {
    const woken: string[] = []
    const due = performance.now() + 10
    const cancel = wakeAtTick(due, () => woken.push('gone'))
    const other = new Promise<void>((resolve) => void wakeAtTick(due, resolve))
    cancel()
    await other
    expect(woken).toEqual([])
  })
})
