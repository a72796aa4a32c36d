/** Text that stands in Markdown as it is, such as the name of a file somebody chose. Line breaks become spaces. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)
}
