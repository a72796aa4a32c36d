import { AppError } from '../errors.ts'
import { toProviderError } from './provider-error.ts'
import type { ResponseHead, ResponseReader } from './response-reader.ts'

/** How much of an error reply is read, in bytes. */
const MAX_BYTES = 16 * 1024

/** Reads the reply of a provider that did not begin an answer, and says which error it is. */
export async function readFailure(
  { status, headers }: ResponseHead,
  response: ResponseReader,
  secrets: readonly string[],
): Promise<AppError> {
  const body = await readStart(response)
  return toProviderError({ status, headers, body, secrets })
}

/** The status already tells the error: a body that breaks off adds nothing, so its failure is not ours. */
async function readStart(response: ResponseReader): Promise<string> {
  const read: Buffer[] = []
  let length = 0
  try {
    while (length < MAX_BYTES) {
      const bytes = await response.read()
      if (!bytes) break
      read.push(bytes)
      length += bytes.length
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
  }
  return Buffer.concat(read).toString('utf8', 0, MAX_BYTES)
}
