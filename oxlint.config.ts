import { type OxlintOverride, defineConfig } from 'oxlint';

const resources = [
  'people',
  'organizations',
  'rooms',
  'memberships',
  'teams',
  'team-memberships',
  'room-tabs',
  'messages',
  'files',
  'attachment-actions',
  'events',
  'webhooks',
  'incoming-webhooks',
  'oauth',
];

/**
 * Which other folders of src/ each folder may import. The composition root (src/app.ts and src/app/) may import all of them;
 * src/main.ts and src/cli may import everything.
 */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  core: ['contract'],
  config: ['contract', 'core'],
  db: ['contract', 'core'],
  eventlog: ['contract', 'core', 'db'],
  http: ['contract', 'core', 'db'],
  ...Object.fromEntries(resources.map((name) => [name, ['contract', 'core', 'db', 'eventlog', 'http', ...resources]])),
  delivery: ['contract', 'core', 'db', 'eventlog', 'http', ...resources],
  stream: ['contract', 'core', 'db', 'eventlog', 'http', ...resources, 'delivery'],
  inspect: ['contract', 'core', 'db', 'eventlog', 'http', ...resources, 'delivery'],
  sockets: ['contract', 'core', 'db', 'eventlog', 'http', ...resources, 'delivery', 'stream'],
  metrics: ['contract', 'core', 'db', 'eventlog', 'http', ...resources, 'delivery', 'stream', 'sockets'],
  tracing: ['contract', 'core', 'db', 'eventlog', 'http', ...resources, 'delivery'],
  faults: ['contract', 'core', 'http'],
  world: ['contract', 'core', 'db', 'eventlog', 'http', ...resources],
};

interface Pattern {
  regex?: string;
  group?: string[];
  message: string;
  allowTypeImports?: true;
  allowImportNamePattern?: string;
}

/** A relative import of one of the folders or files directly under src/. */
const under = (names: readonly string[]): string => `^(?:\\.\\.?/)+(?:${names.join('|')})`;

const fromOutside: Pattern[] = [
  { regex: '^#src/', message: 'Inside src/ use a relative path: the published package has no #src.' },
  {
    regex: under(['test', 'bench', 'scripts'].map((name) => `${name}/`)),
    message: 'src/ runs without tests and tools.',
  },
];

const throughIndex: Pattern = {
  group: resources.flatMap((name) => [`**/${name}/**`, `!**/${name}/index.ts`]),
  message: 'Reach another resource through its index.ts; export there what others need, or use the event log.',
};

const sqliteInDbOnly: Pattern = {
  regex: '^node:sqlite$',
  message: 'Only src/db knows the engine: put it behind the interface of src/db/index.ts.',
};

function patternsFor(folder: string): Pattern[] {
  const allowed = [folder, ...(mayImport[folder] ?? [])];
  const forbidden = Object.keys(mayImport).filter((name) => !allowed.includes(name) && name !== 'config');
  const patterns: Pattern[] = [
    ...fromOutside,
    {
      regex: under([...forbidden, 'cli'].map((name) => `${name}/`)),
      message:
        `Imports run downwards: src/${folder} may import ${mayImport[folder]?.join(', ') || 'no other folder'}. ` +
        'Move the shared part down, or let src/app.ts pass it in.',
    },
    {
      regex: under(['config/', 'app/', 'app\\.ts$', 'main\\.ts$']),
      message:
        'Take the value as an argument: src/app.ts is given the configuration and passes on what each part needs.',
    },
  ];
  if (folder !== 'db') patterns.push(sqliteInDbOnly);
  if (folder === 'core') {
    patterns.push({
      regex: '^node:(?:child_process|dns|fs|https?|net|tls|worker_threads)',
      message: 'src/core is pure: do the input and output in a folder above it and pass the value in.',
    });
  }
  if (folder === 'http') {
    patterns.push({
      regex: under(['db/']),
      message: 'src/http never touches the store: it imports the types and errors of src/db only.',
      allowTypeImports: true,
      allowImportNamePattern: 'Error$',
    });
  }
  if (folder === 'contract') {
    patterns.push({
      group: ['**', '!zod', '!./**'],
      message: 'src/contract is shared with the portal: it imports zod and its own files only.',
    });
  }
  if (mayImport[folder]?.includes('people')) patterns.push(throughIndex);
  return patterns;
}

function layer(folder: string): OxlintOverride {
  return {
    files: [`src/${folder}/**`],
    rules: { 'eslint/no-restricted-imports': ['error', { patterns: patternsFor(folder) }] },
  };
}

const compositionRoot: OxlintOverride = {
  files: ['src/app.ts', 'src/app/**'],
  rules: {
    'eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          ...fromOutside,
          sqliteInDbOnly,
          {
            regex: under(['config/', 'cli/', 'main\\.ts$']),
            message: 'The composition root is given AppOptions: src/cli makes them of the settings.',
          },
        ],
      },
    ],
  },
};

export default defineConfig({
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'eslint/eqeqeq': 'error',
    'eslint/no-else-return': 'error',
    'eslint/no-nested-ternary': 'error',
    'eslint/no-param-reassign': 'error',
    'eslint/no-var': 'error',
    'eslint/object-shorthand': 'error',
    'eslint/prefer-const': 'error',
    'eslint/prefer-template': 'error',
    'import/no-cycle': 'error',
    'import/no-duplicates': 'error',
    'import/no-mutable-exports': 'error',
    'typescript/array-type': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-definitions': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unnecessary-condition': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-includes': 'error',
    'typescript/prefer-optional-chain': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/prefer-readonly': 'error',
    'typescript/restrict-plus-operands': 'error',
    'typescript/return-await': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/use-unknown-in-catch-callback-variable': 'error',
    'unicorn/filename-case': 'error',
    'unicorn/no-abusive-eslint-disable': 'error',
    'unicorn/prefer-at': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/throw-new-error': 'error',

    // The compiler's noImplicitReturns says it better.
    'typescript/consistent-return': 'off',
    // Rows and parsed JSON have to be told their type somewhere.
    'typescript/no-unsafe-type-assertion': 'off',
    // A thread has no origin: the rule takes it for a window.
    'unicorn/require-post-message-target-origin': 'off',
    // Made for Express 4, which loses rejections; Fastify awaits its handlers.
    'oxc/no-async-endpoint-handlers': 'off',
    'import/no-named-as-default-member': 'off',
    // A last `.then` for its effect is fine; no-floating-promises sees to the rest.
    'promise/always-return': 'off',
    // A helper used by one function reads best inside it.
    'unicorn/consistent-function-scoping': 'off',
  },
  overrides: [
    {
      files: ['src/**'],
      rules: {
        'eslint/no-console': 'error',
        'eslint/no-restricted-globals': [
          'error',
          { name: 'fetch', message: 'Requests to other machines go through the address guard of src/delivery.' },
        ],
        'import/no-default-export': 'error',
        'node/no-process-env': 'error',
        'unicorn/no-process-exit': 'error',
      },
    },
    {
      files: ['src/main.ts', 'src/cli/**'],
      rules: { 'eslint/no-console': 'off', 'eslint/no-restricted-globals': 'off', 'node/no-process-env': 'off' },
    },
    ...Object.keys(mayImport).map(layer),
    compositionRoot,
    {
      // A test may reach for the server it drives and for the files beside it; parsed answers stay untyped in it.
      files: ['src/**/*.test.ts', 'test/**', 'bench/**'],
      rules: {
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
        'eslint/no-shadow': 'off',
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        // Helpers and properties assert as well. Vitest itself fails a test that ran no assertion (vitest.config.ts).
        'vitest/expect-expect': 'off',
        'vitest/no-conditional-expect': 'off',
        'vitest/no-standalone-expect': 'off',
      },
    },
  ],
});
