/** How much of an answer is looked at, in characters. */
const LONGEST = 64 * 1024

/** The status of the first `result` event of a cost call; a word for its absence otherwise. Leaves the rest unread. */
export async function readCostResult(response: Response): Promise<string> {
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text = (text + chunk).replaceAll('\r\n', '\n')
    const status = findResult(text.slice(0, text.lastIndexOf('\n\n') + 2))
    if (status !== undefined) return status
    if (text.length > LONGEST) break
  }
  return 'nothing'
}

function findResult(events: string): string | undefined {
  for (const block of events.split('\n\n')) {
    const lines = block.split('\n')
    if (!lines.some((line) => /^event: ?result$/.test(line))) continue
    const data = lines.flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? []).join('\n')
    return statusOf(data)
  }
  return undefined
}

function statusOf(data: string): string {
  try {
    return String((JSON.parse(data) as { readonly status?: unknown } | null)?.status)
  } catch {
    return 'something unreadable'
  }
}
