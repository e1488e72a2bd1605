import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { projects: ['services/libs/*', 'services/*', 'apps/*', 'e2e', 'infra/launch'] } })
