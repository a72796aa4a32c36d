import type { OfflineTool, Parameter } from './tool.ts'

/** Values found for one parameter, and the text without them. More than one value means one call for each. */
export interface Slot {
  readonly values: readonly unknown[]
  readonly text: string
}

export interface SlotContext {
  readonly tool: OfflineTool
  readonly now: Date
  /** The whole clause. */
  readonly said: string
}

/** Looks for the value of one parameter. */
export type SlotFinder = (text: string, parameter: Parameter, context: SlotContext) => Slot | undefined
