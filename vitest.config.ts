import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['{server,components}/**/*.test.ts'] },
})
