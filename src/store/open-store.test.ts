import { storeContract } from '../../test/contracts/store-contract.ts'
import { backends } from '../../test/test-store.ts'

for (const backend of backends()) storeContract(backend)

if (backends().length === 1) {
  process.stdout.write(
    'PostgreSQL is not tested: set TEST_DATABASE_URL to a server where databases may be created.\n',
  )
}
