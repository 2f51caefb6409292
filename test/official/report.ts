import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { descriptionFile, operationsOf, readDescription } from './description.ts';
import { deviations } from './deviations.ts';

/** Says at the end of a run which operations of the official description it has met. */
export default class OfficialReport implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const file = descriptionFile();
    const [summary, ...more] = file === undefined ? [notChecked] : coverage(file, modules);
    // What a run of some tests has not met says nothing.
    const lines = (await this.#ranEverything(modules)) ? [summary, ...more] : [summary];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }

  async #ranEverything(modules: readonly TestModule[]): Promise<boolean> {
    const project = this.#vitest?.getRootProject();
    if (!project || project.config.testNamePattern) return false;
    const { testFiles } = await project.globTestFiles();
    return testFiles.length === modules.length;
  }
}

const notChecked =
  ' Official description: not there, so nothing was held against it. HEARTH_WEBEX_OPENAPI names the file.';

function coverage(file: string, modules: readonly TestModule[]): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const seen = tests.flatMap((test) => test.meta().official ?? []);
  const met = new Set(seen.flatMap((one) => one.met));
  const needed = new Set(seen.flatMap((one) => one.needed));

  const names = operationsOf(readDescription(file)).map(({ name }) => name);
  const never = names.filter((name) => !met.has(name));
  const exchanges = seen.reduce((sum, one) => sum + one.exchanges, 0);
  const unneeded = deviations.filter((_, at) => !needed.has(at));
  return [
    ` Official description: ${exchanges} exchanges held against it; ${names.length - never.length} of ${names.length} operations met with success.`,
    ...(never.length > 0 ? [` Never met: ${never.join(', ')}.`] : []),
    ...unneeded.map(({ because }) => ` Deviation that nothing needed: ${because}`),
  ];
}
