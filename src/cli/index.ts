import { ConfigError, type Env } from '../config/index.ts';
import { StoreUnavailableError } from '../db/index.ts';
import { version } from '../version.ts';
import { WorldError } from '../world/index.ts';
import { adminCreate } from './admin-create.ts';
import { readArguments } from './arguments.ts';
import { UsageError, type Command, type Io } from './command.ts';
import { dev } from './dev.ts';
import { printHelp, printOverview } from './help.ts';
import { keysRotate } from './keys-rotate.ts';
import { listen } from './listen.ts';
import { personCreate } from './person-create.ts';
import { serve } from './serve.ts';
import { tokenCreate } from './token-create.ts';

const help: Command = {
  name: 'help',
  summary: 'Tell about a command.',
  settings: [],
  run: async ({ io }) => void io.out.write(printOverview(commands)),
};

const showVersion: Command = {
  name: 'version',
  summary: 'Tell the version.',
  settings: [],
  run: async ({ io }) => void io.out.write(`${version}\n`),
};

const commands: readonly Command[] = [
  dev,
  serve,
  listen,
  adminCreate,
  personCreate,
  tokenCreate,
  keysRotate,
  help,
  showVersion,
];

interface Circumstances {
  env: Env;
  io: Io;
  /** Aborts when the program is asked to stop. */
  stop: AbortSignal;
}

/** What the user can do something about: told in a sentence. */
const foreseen = [UsageError, ConfigError, WorldError, StoreUnavailableError];

/** Does what the words after `hearth` say. Answers the exit code; throws what nobody could foresee. */
export async function run(words: readonly string[], { env, io, stop }: Circumstances): Promise<number> {
  try {
    const { command, args } = select(words);
    const { flags, options, help: wantsHelp } = readArguments(command, args);
    if (wantsHelp) io.out.write(printHelp(command));
    else await command.run({ given: { flags, env }, options, io, stop });
    return 0;
  } catch (error) {
    if (!(error instanceof Error) || !foreseen.some((kind) => error instanceof kind)) throw error;
    io.err.write(`${error.message}\n`);
    return 2;
  }
}

function select(words: readonly string[]): { command: Command; args: readonly string[] } {
  const [first = 'help', second] = words;
  if (first === '--version') return { command: showVersion, args: [] };
  if (first === '--help' || first === '-h') return { command: help, args: [] };
  if (first === 'help' && second !== undefined) return { command: select(words.slice(1)).command, args: ['--help'] };
  const command = commands.find(({ name }) => name === first || name === `${first} ${second}`);
  if (!command) {
    throw new UsageError(
      `There is no command "${words.slice(0, 2).join(' ')}": use one of ${commands.map(({ name }) => name).join(', ')}.`,
    );
  }
  return { command, args: words.slice(command.name.split(' ').length) };
}
