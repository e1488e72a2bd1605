import { defineConfig } from 'vitest/config'

// Each file has a real Postgres of its own: on a busy machine its start alone takes seconds.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 120_000 } })
