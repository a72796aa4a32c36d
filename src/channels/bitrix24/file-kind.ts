/** What a file is to the bot. */
export type FileKind = 'photo' | 'voice' | 'video' | 'document'

const KINDS: readonly (readonly [FileKind, RegExp, RegExp])[] = [
  ['photo', /^image\b/i, /\.(?:jpe?g|png|gif|webp|bmp|tiff?|hei[cf])$/i],
  ['voice', /^audio\b/i, /\.(?:mp3|ogg|oga|opus|m4a|aac|wav|flac|amr)$/i],
  ['video', /^video\b/i, /\.(?:mp4|mov|avi|mkv|webm|3gp)$/i],
]

/** By its type, or by its name, as portals hand out any file as `application/octet-stream`. */
export function kindOf({ name, mimeType }: { readonly name: string; readonly mimeType: string }): FileKind {
  const known =
    KINDS.find(([, type]) => type.test(mimeType)) ?? KINDS.find(([, , ending]) => ending.test(name))
  return known?.[0] ?? 'document'
}
