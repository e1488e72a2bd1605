import { defineConfig } from 'vitest/config'

// Each journey starts the whole product: one at a time. Every wait inside has a deadline of its own that says what it waited for.
export default defineConfig({ test: { fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000 } })
