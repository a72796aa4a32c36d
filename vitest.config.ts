import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['botyard-source'] },
  ssr: { resolve: { conditions: ['botyard-source'] } },
  test: {
    include: ['src/**/*.test.ts', 'bots/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    // One more than Vitest takes by itself on two cores: most tests wait for a database or for a browser.
    maxWorkers: '100%',
    globalSetup: 'test/global-setup.ts',
    // Patience for a busy machine, not a target: a target stands in bench/.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
