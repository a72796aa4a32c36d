/** Lines that may hold Markdown as plain ones, blank ones left out, for documents that show no Markdown. */
export function plainLines(lines: readonly string[]): readonly string[] {
  return lines
    .flatMap((line) => line.split('\n'))
    .map((line) =>
      line
        .replace(/^\s*#{1,6}\s+/, '')
        .replace(/^\s*[*-]\s+/, '• ')
        .replaceAll(/\*\*([^*]+)\*\*/g, '$1')
        .replaceAll(/\\([\\`*_{}[\]()#+.!|<>~-])/g, '$1')
        .trim(),
    )
    .filter((line) => line !== '')
}
