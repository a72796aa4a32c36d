/** A fault leaves the first `skip` requests alone, default none, and spoils `failTimes` after them, default all. */
export interface Countable {
  readonly skip?: number
  readonly failTimes?: number
}

export interface FaultQueue<F extends Countable> {
  /** The fault of this request, if it has one. A request that `concerns` rejects leaves the count alone. */
  take(concerns?: (fault: F) => boolean): F | undefined
  /** From the next request on; undefined: all is well again. */
  inject(fault: F | undefined): void
}

export function createFaultQueue<F extends Countable>(first?: F): FaultQueue<F> {
  let fault = first
  let spared = first?.skip ?? 0
  let left = first?.failTimes ?? Infinity
  return {
    take: (concerns = () => true) => {
      if (!fault || !concerns(fault)) return undefined
      return spared-- <= 0 && left-- > 0 ? fault : undefined
    },
    inject: (next) => {
      fault = next
      spared = next?.skip ?? 0
      left = next?.failTimes ?? Infinity
    },
  }
}
