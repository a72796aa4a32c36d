import { Dispatcher } from 'undici'

/** Answers every request with an event stream that arrives in these pieces, each after the last one was read. */
export class PlayingDispatcher extends Dispatcher {
  #pieces: readonly Buffer[] = []

  play(...pieces: readonly Buffer[]): void {
    this.#pieces = pieces
  }

  override dispatch(_: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const controller = new PlayingController()
    handler.onRequestStart?.(controller, {})
    handler.onResponseStart?.(controller, 200, { 'content-type': 'text/event-stream' })
    void playPieces(this.#pieces, handler, controller)
    return true
  }
}

async function playPieces(
  pieces: readonly Buffer[],
  handler: Dispatcher.DispatchHandler,
  controller: PlayingController,
): Promise<void> {
  for (const piece of pieces) {
    // Whatever reads does so in microtasks: it has read everything when this is over.
    await new Promise(setImmediate)
    handler.onResponseData?.(controller, piece)
  }
  await new Promise(setImmediate)
  handler.onResponseEnd?.(controller, {})
}

class PlayingController implements Dispatcher.DispatchController {
  readonly aborted = false
  readonly paused = false
  readonly reason = null
  abort(): void {}
  pause(): void {}
  resume(): void {}
}
