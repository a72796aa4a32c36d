import { crc32 } from 'node:zlib'

/** General purpose bit 11: names are UTF-8. */
const UTF8_NAMES = 0x0800
const VERSION = 20

/**
 * An archive of files, stored as they are. Readers that unpack by themselves are given this one: it cannot hold anything
 * but what was checked. Source: PKWARE APPNOTE 6.3.10.
 */
export function packZip(files: ReadonlyMap<string, Buffer>): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of files) {
    const nameBytes = Buffer.from(name)
    const common = describeFile(content, nameBytes.length)
    const local = Buffer.concat([numbers([0x04034b50, 4]), common, nameBytes, content])
    directory.push(
      numbers([0x02014b50, 4], [VERSION, 2]),
      common,
      numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]),
      nameBytes,
    )
    locals.push(local)
    offset += local.length
  }
  const listing = Buffer.concat(directory)
  const count = files.size
  const end = numbers(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [listing.length, 4],
    [offset, 4],
    [0, 2],
  )
  return Buffer.concat([...locals, listing, end])
}

/** What the head of a file and its entry in the directory have in common; method 0 is stored. */
function describeFile(content: Buffer, nameLength: number): Buffer {
  const size = content.length
  return numbers(
    [VERSION, 2],
    [UTF8_NAMES, 2],
    [0, 2],
    [0, 2],
    [0, 2],
    [crc32(content), 4],
    [size, 4],
    [size, 4],
    [nameLength, 2],
    [0, 2],
  )
}

function numbers(...list: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer {
  return Buffer.concat(
    list.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes)
      buffer.writeUIntLE(value, 0, bytes)
      return buffer
    }),
  )
}
