import type { Json } from '../inbound.ts'

/**
 * Durable queues: the items of one key are worked off in the order they were put, one at a time over all replicas.
 * Every claim gives the lane a new token; whatever a worker changes names its token, so one that lost its lane changes
 * nothing any more.
 */
export interface Lanes {
  /** Adds an item behind what waits under its key. False when its `dedupe` is there already. */
  put(item: NewLaneItem): Promise<boolean>
  /** Leases due lanes, those due for longest first. */
  claim(claim: LaneClaim): Promise<readonly ClaimedLane[]>
  /** Extends leases by `leaseMs` from now. Returns the lanes that are lost. */
  renew(holds: readonly LaneHold[], leaseMs: number): Promise<readonly LaneHold[]>
  /** Removes the lane's item and frees the lane. False when the lane is lost. */
  settle(lane: ClaimedLane): Promise<boolean>
  /** Gives the lane's item a new time instead of removing it, and frees the lane. False when the lane is lost. */
  repeat(lane: ClaimedLane, next: RepeatedItem): Promise<boolean>
  /** Frees the lane; its item keeps its place and is tried again after the delay. False when the lane is lost. */
  postpone(hold: LaneHold, delay: LaneDelay): Promise<boolean>
  /** Puts the lane's item among the dead items and frees the lane, which goes on. False when the lane is lost. */
  bury(lane: ClaimedLane, error: string): Promise<boolean>
  /** Frees lanes at once, the attempt not counted; for a shutdown. */
  release(holds: readonly LaneHold[]): Promise<void>
  /** Frees every leased lane; only for the sole owner of a database, at its start. Returns how many. */
  voidLeases(): Promise<number>
  /** The item of this name, if there is one. */
  find(queue: string, dedupe: string): Promise<LaneItem | undefined>
  /** Removes an item that nobody works on; true when it was there. */
  remove(queue: string, dedupe: string): Promise<boolean>
  /** Deletes dead items that died more than `olderThanMs` ago. Returns how many. */
  pruneDead(olderThanMs: number): Promise<number>
}

export interface NewLaneItem {
  readonly queue: string
  readonly key: string
  /** An item is not added while another of its queue has the same. Null: always added. */
  readonly dedupe: string | null
  readonly payload: Json
  /** Default: now. Behind other items of its key it may run later. */
  readonly runAt?: Date
}

export interface LaneClaim {
  readonly queue: string
  /** How many lanes at most. */
  readonly limit: number
  readonly leaseMs: number
  /** Only lanes whose key begins with one of these and a colon. Default: all. */
  readonly prefixes?: readonly string[]
}

/** A leased lane, as far as its worker has to name it. */
export interface LaneHold {
  readonly queue: string
  readonly key: string
  readonly token: string
}

export interface ClaimedLane extends LaneHold {
  /** How often the first item was begun, this time included. */
  readonly attempts: number
  /** What went wrong last time. */
  readonly lastError: string | null
  /** The first item; undefined when the lane is empty, which settling it mends. */
  readonly item: LaneItem | undefined
}

export interface LaneItem {
  readonly id: string
  readonly dedupe: string | null
  readonly payload: Json
  readonly runAt: Date
}

export interface RepeatedItem {
  readonly runAt: Date
  /** Also puts a copy of the item among the dead ones. */
  readonly deadBecause?: string
}

export interface LaneDelay {
  readonly delayMs: number
  /** Which attempt has failed. Default: as often as the item was begun. */
  readonly attempt?: number
  /** False when the attempt was not the item's fault. */
  readonly counted: boolean
  readonly error: string
}
