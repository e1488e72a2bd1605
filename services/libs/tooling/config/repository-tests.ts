import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { projects: ['services/libs/*', 'services/!(libs)', 'apps/*', 'openapi', 'e2e'] },
})
