/** A fault spoils `failTimes` requests; default: all. */
export interface Countable {
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
  let left = first?.failTimes ?? Infinity
  return {
    take: (concerns = () => true) => (fault && concerns(fault) && left-- > 0 ? fault : undefined),
    inject: (next) => {
      fault = next
      left = next?.failTimes ?? Infinity
    },
  }
}
