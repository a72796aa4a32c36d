/** Names the draft of an answer, by the UUID of its turn: Telegram wants a number that is not 0. */
export function toDraftId(uuid: string): number {
  return (Number.parseInt(uuid.slice(0, 8), 16) & 0x7f_ff_ff_ff) + 1
}
