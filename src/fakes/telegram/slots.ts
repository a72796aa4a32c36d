/** A limit on how much happens at a time. */
export interface Slots {
  /** Waits for a free slot, first come, first served. */
  use<T>(work: () => Promise<T>): Promise<T>
}

export function createSlots(size: number): Slots {
  let free = size
  const waiting: (() => void)[] = []
  return {
    use: async (work) => {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}
