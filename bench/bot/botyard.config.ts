import { defineBot, defineConfig } from '../../src/index.ts'

/** As plain as what the peers serve: instructions and a model, which `MODEL` names. */
const bench = defineBot({ name: 'bench', instructions: 'You are a helpful assistant.' })

export default defineConfig({ bots: [bench] })
