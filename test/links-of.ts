/** Targets of links and images, without those of other sites and without code blocks. */
export function linksOf(markdown: string): readonly string[] {
  const text = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')
  const links = [...text.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)|(?:href|src)="([^"]+)"|^\[[^\]]+\]:\s*(\S+)/gm)]
  return links
    .map(([, inline, html, reference]) => inline ?? html ?? reference ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
}
