import type { Reporter, TestModule, TestState } from 'vitest/node';

/**
 * Ends a run with `N passed, M failed` (and `, K skipped`) alone on the last line, for people and for scripts.
 * A file that breaks outside its tests counts as one failed test, and so does a run that fails for any other reason.
 */
export default class ClosingLine implements Reporter {
  #modules: readonly TestModule[] = [];

  onInit(): void {
    // Vitest prints more after its last hook, such as errors while closing; nothing prints after `exit`.
    process.once('exit', (code) => process.stdout.write(`${closingLine(this.#modules, code !== 0)}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    this.#modules = modules;
  }
}

function closingLine(modules: readonly TestModule[], runFailed: boolean): string {
  const brokenFiles = modules.filter((module) => !module.ok() && count([module], 'failed') === 0).length;
  const failed = count(modules, 'failed') + brokenFiles;
  const skipped = count(modules, 'skipped');
  const line = `${count(modules, 'passed')} passed, ${failed === 0 && runFailed ? 1 : failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

function count(modules: readonly TestModule[], state: TestState): number {
  return modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);
}
