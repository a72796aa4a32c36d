import type { Image } from '../../messages.ts'
import type { PoeAttachment } from './poe-requests.ts'

/** What was attached to a message, for the model. */
export interface Attached {
  /** What Poe read of the files, each introduced: documents first, then descriptions of images. */
  readonly texts: readonly string[]
  readonly images: readonly Image[]
}

/**
 * Attachments of the message to answer, as Poe's reference server puts them into the prompt, except that content of any
 * type counts and that a file nobody could read is told of. Content is inserted literally.
 */
export function readAttachments(attachments: readonly PoeAttachment[]): Attached {
  const documents = attachments.filter((attachment) => !isImage(attachment))
  const images = attachments.filter((attachment) => isImage(attachment))
  return {
    texts: [...documents.map(introduceDocument), ...images.map(introduceImage)],
    images: images.flatMap(toImage),
  }
}

/** Images of earlier messages; their addresses may have expired, which Poe promises for ten minutes only. */
export function isImage({ content_type }: PoeAttachment): boolean {
  return content_type.startsWith('image/')
}

function introduceDocument({ name, content_type, parsed_content }: PoeAttachment): string {
  if (!parsed_content) {
    const kind = content_type === '' ? '' : ` (${content_type})`
    return `The person attached the file ${name}${kind}. Its content could not be read; say so when it matters.`
  }
  const language =
    'Answer in the language of the message that follows, which may differ from that of the content.'
  if (content_type.startsWith('text/html'))
    return `You can see the page at ${name}. ${language} Use its content to answer:\n\n<page>\n${parsed_content}\n</page>`
  return `${language} This is the content of the attached file ${name}:\n\n<file>\n${parsed_content}\n</file>`
}

/** Poe writes `name***description`; without the stars it is all description. A model that sees none is told of it. */
function introduceImage({ name, parsed_content }: PoeAttachment): string {
  if (!parsed_content)
    return `The person attached the image ${name}. If you cannot see it, say so when it matters.`
  const stars = parsed_content.indexOf('***')
  const file = stars > 0 ? parsed_content.slice(0, stars) : name
  const description = stars >= 0 ? parsed_content.slice(stars + 3) : parsed_content
  return (
    `The person attached the image ${file}. This is what it shows:\n\n<image_analysis>\n${description}\n</image_analysis>\n\n` +
    'Answer as if you saw the image, without mention of the analysis, in the language of the message that follows.'
  )
}

/** The model's provider downloads the image, so only public addresses are passed on. */
function toImage({ url, content_type }: PoeAttachment): readonly Image[] {
  return isPublicUrl(url) ? [{ url, contentType: content_type }] : []
}

function isPublicUrl(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed?.protocol !== 'https:') return false
  const { hostname } = parsed
  // Addresses in place of a name are never Poe's; neither are names without a dot or of a local network.
  return (
    /\.[a-z][a-z\d-]*$/i.test(hostname) && !/\.(?:local|localhost|internal|lan|home|arpa)$/i.test(hostname)
  )
}
