import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['botyard-source'] },
  ssr: { resolve: { conditions: ['botyard-source'] } },
  test: {
    include: ['src/**/*.test.ts', 'bots/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
