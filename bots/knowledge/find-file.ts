import type { DocumentInfo } from 'botyard'

/**
 * The document people mean by a name: called exactly so, else apart from small and capital letters. Of two versions of
 * one document the readable one. A name is compared, never opened.
 */
export function findFile(files: readonly DocumentInfo[], name: string): DocumentInfo | undefined {
  const readable = files.toSorted((a, b) => Number(b.status === 'ready') - Number(a.status === 'ready'))
  const lower = name.toLowerCase()
  return (
    readable.find((file) => file.name === name) ?? readable.find((file) => file.name.toLowerCase() === lower)
  )
}
