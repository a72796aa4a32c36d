/** Tags whose content is all a bot needs to read. */
const STYLES = /\[\/?(?:b|i|u|s|code|quote|size|color|put|send|call|chat|context|icon|img)(?:[= ][^\]]*)?\]/gi

/** What a person wrote, as plain text: without the mention of `botId`, other mentions and links by their words. */
export function fromBBCode(text: string, botId: number | undefined): string {
  return text
    .replaceAll('\u{0}', '')
    .replaceAll(/\[user=(\d+|all)[^\]]*\]([^[]*)\[\/user\]/gi, (_, id: string, name: string) =>
      id === String(botId) ? '' : `@${name}`,
    )
    .replaceAll(/\[url=([^\]]*)\]([^[]*)\[\/url\]/gi, (_, url: string, words: string) =>
      url === words ? url : `${words} (${url})`,
    )
    .replaceAll(/\[\/?url\]/gi, '')
    .replaceAll(/\[br\s*\/?\]/gi, '\n')
    .replaceAll(/\[(?:disk|timestamp)[= ][^\]]*\]/gi, '')
    .replaceAll(STYLES, '')
    .replace(/^[\s,:]+/, '')
    .trim()
}
