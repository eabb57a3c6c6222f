import type { Reporter, TestModule } from 'vitest/node'

/** Prints the suite's closing line, `N passed, N failed`, the form that continuous integration reads. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0
    let failed = 0
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1
      for (const test of module.children.allTests()) {
        const state = test.result().state
        if (state === 'passed') passed += 1
        else if (state === 'failed') failed += 1
      }
    }
    console.log(`${passed} passed, ${failed} failed`)
  }
}
