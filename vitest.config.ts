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
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
