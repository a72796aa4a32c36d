// Opens the store in the folder that is its argument, then begins turns until it is killed. Each id is printed
// after its commit, so whoever reads along knows what has to be there afterwards.
import { randomUUID } from 'node:crypto'
import { migrateUp } from '../src/store/migrate.ts'
import { openStore } from '../src/store/open-store.ts'

const store = await openStore({ dataDir: process.argv[2] ?? '' })
await migrateUp(store.db)
process.stdout.write('open\n')
for (;;) {
  const turnId = randomUUID()
  await store.turns.begin({
    turnId,
    conversation: { bot: 'helper', channel: 'web', key: turnId.slice(0, 1) },
    subject: 'ada',
    revision: 'r1',
    model: 'offline',
    text: turnId,
    historyLimit: 5,
    owner: 'writer',
    leaseMs: 60_000,
  })
  process.stdout.write(`${turnId}\n`)
}
