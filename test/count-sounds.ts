/// <reference lib="dom" />

/** Runs in the page: counts the sounds that begin, and lets them end at once. */
export function countSounds(): void {
  Object.assign(globalThis, { sounds: 0 })
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the node it belongs to
  const { start } = AudioBufferSourceNode.prototype
  AudioBufferSourceNode.prototype.start = function count(this: AudioBufferSourceNode): void {
    ;(globalThis as unknown as { sounds: number }).sounds += 1
    start.call(this)
    this.stop(0.01)
  }
}
