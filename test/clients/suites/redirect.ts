import { readFileSync, realpathSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plan } from './suite.ts';

/**
 * Lets a client's tests find what they are written with: libraries from the folder of test tools, and in place of their
 * helpers for the hosted service, ours. Their ES modules become CommonJS, as in their own build.
 */
export function redirectImports({ runner, modules, tests }: Plan): void {
  const tools = createRequire(runner);
  const { transform } = tools('sucrase') as {
    transform: (code: string, options: { transforms: ['imports'] }) => { code: string };
  };
  // Modules have the addresses that links lead to.
  const folder = pathToFileURL(realpathSync(tests)).href;
  const isTest = (url: string | undefined): boolean => url?.startsWith(folder) ?? false;
  registerHooks({
    resolve(specifier, context, next) {
      if (!isTest(context.parentURL)) return next(specifier, context);
      const file = modules[specifier] ?? (isTool.test(specifier) ? tools.resolve(specifier) : undefined);
      return file === undefined ? next(specifier, context) : { url: pathToFileURL(file).href, shortCircuit: true };
    },
    load(url, context, next) {
      if (!isTest(url) || !url.endsWith('.js')) return next(url, context);
      const code = readFileSync(fileURLToPath(url), 'utf8');
      if (!/^import /m.test(code)) return next(url, context);
      const { code: source } = transform(withoutPauses(switchedOn(code)), { transforms: ['imports'] });
      return { format: 'commonjs', source, shortCircuit: true };
    },
  });
}

const isTool = /^(?:@webex\/test-helper-(?:chai|mocha)|chai|dotenv|sinon)$/;

/** Some files are switched off as a whole, for the sake of the hosted service. */
function switchedOn(code: string): string {
  return code.replace(/^describe\.skip\(/m, 'describe(');
}

/** The hosted service takes its time to make test users known everywhere. */
function withoutPauses(code: string): string {
  return code.replaceAll(/setTimeout\((\w+), 5000\)/g, 'setTimeout($1, 0)');
}
