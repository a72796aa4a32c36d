import { expect, it } from 'vitest'
import { markdownPassages } from './markdown-passages.ts'

const MANUAL = `---
title: Manual
---
Before all headings.

# Manual

## Install

Run the \`install\` command:

\`\`\`sh
# this is no heading
npm install
\`\`\`

### On [Docker](https://docker.com)

Use the image.

<!-- a note for authors -->

## Install

Again.
`

it('splits at headings, keeps code whole and names the path to each section', () => {
  expect(markdownPassages(MANUAL, { source: 'Manual', url: '/manual' })).toEqual([
    { source: 'Manual', url: '/manual', text: 'Before all headings.' },
    {
      source: 'Manual',
      heading: 'Manual > Install',
      url: '/manual#install',
      text: 'Run the `install` command:\n\n```sh\n# this is no heading\nnpm install\n```',
    },
    {
      source: 'Manual',
      heading: 'Manual > Install > On Docker',
      url: '/manual#on-docker',
      text: 'Use the image.',
    },
    { source: 'Manual', heading: 'Manual > Install', url: '/manual#install-1', text: 'Again.' },
  ])
})

it('parts a long section between its blocks and a long block at its sentences', () => {
  const long = `# A\n\n${'One sentence here. '.repeat(10)}\n\nShort one.\n\nAnother.`
  const texts = markdownPassages(long, { source: 'A', maxCharacters: 100 }).map(({ text }) => text)
  expect(texts).toEqual([
    'One sentence here. One sentence here. One sentence here. One sentence here. One sentence here.',
    'One sentence here. One sentence here. One sentence here. One sentence here. One sentence here.',
    'Short one.\n\nAnother.',
  ])
})

it('gives nothing for an empty document', () => {
  expect(markdownPassages('# Only a title\n', { source: 'A' })).toEqual([])
})
