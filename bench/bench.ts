/**
 * Runs one benchmark by its name: `npm run bench -- accept --rounds 1`. Without a name it is `stream`.
 */

const NAMES = ['stream', 'poe', 'accept', 'messages', 'rest', 'retrieval', 'company', 'voice'] as const

const [first = ''] = process.argv.slice(2)
const named = first !== '' && !first.startsWith('-')
const name = NAMES.find((known) => known === (named ? first : 'stream'))

if (name === undefined) {
  process.stderr.write(`There is no benchmark "${first}". Choose one of ${NAMES.join(', ')}.\n`)
  process.exitCode = 2
} else {
  if (named) process.argv.splice(2, 1)
  await import(`./${name}.ts`)
}
