import type { Channel, Host } from './channel.ts'

/** The channels that do something by themselves, between their start and their stop. */
export class RunningChannels {
  readonly #channels: readonly Channel[]
  #started: Promise<() => Promise<void>>[] = []

  constructor(channels: readonly Channel[]) {
    this.#channels = channels
  }

  async start(host: Host): Promise<void> {
    this.#started = this.#channels.flatMap((channel) => (channel.start ? [channel.start(host)] : []))
    await Promise.all(this.#started)
  }

  /** Resolves when none of them runs any more; harmless when repeated. */
  async stop(): Promise<void> {
    const started = this.#started
    this.#started = []
    await Promise.all(started.map(async (starting) => (await starting)()))
  }
}
