/** Lets a few run at a time; the others wait in the order they came. */
export type Turnstile = <Result>(run: () => Promise<Result>) => Promise<Result>

export function createTurnstile(width: number): Turnstile {
  const waiting: (() => void)[] = []
  let inside = 0
  return async (run) => {
    if (inside >= width) await new Promise<void>((enter) => waiting.push(enter))
    else inside++
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else inside--
    }
  }
}
