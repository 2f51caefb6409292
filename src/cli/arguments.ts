import { parseArgs } from 'node:util';
import { UsageError, type Command } from './command.ts';

export interface Arguments {
  /** Of settings, by name. */
  flags: Record<string, string | boolean | undefined>;
  options: Record<string, string | undefined>;
  help: boolean;
}

/** Reads what follows the command's name. Throws `UsageError` for what the command does not know. */
export function readArguments({ name, settings, options = {} }: Command, args: readonly string[]): Arguments {
  const flags = settings.flatMap(({ flag, takes }) => (flag === undefined ? [] : [{ flag, takes }]));
  const values = parse(name, [...args], {
    help: { type: 'boolean', short: 'h' },
    ...Object.fromEntries(flags.map(({ flag, takes }) => [flag, { type: takes === undefined ? 'boolean' : 'string' }])),
    ...Object.fromEntries(Object.keys(options).map((option) => [option, { type: 'string' }])),
  });
  const read: Arguments = {
    flags: Object.fromEntries(flags.map(({ flag }) => [flag, values[flag]])),
    options: Object.fromEntries(Object.keys(options).map((option) => [option, asText(values[option])])),
    help: values['help'] === true,
  };
  const missing = Object.keys(options).find((option) => options[option]?.required && !read.options[option]);
  if (missing !== undefined && !read.help)
    throw new UsageError(`hearth ${name} needs --${missing}; see hearth help ${name}.`);
  return read;
}

type Expected = Record<string, { type: 'boolean' | 'string'; short?: string }>;

function parse(name: string, args: string[], options: Expected): Record<string, string | boolean | undefined> {
  try {
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [, word = ''] = /'(.+?)'/.exec(error.message) ?? [];
    switch ('code' in error ? error.code : undefined) {
      case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
        throw new UsageError(`hearth ${name} has no option ${word}; hearth help ${name} lists those it has.`);
      case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
        throw new UsageError(`hearth ${name} does not know what to do with "${word}"; see hearth help ${name}.`);
      default:
        throw new UsageError(`${error.message.split('\n')[0]}; see hearth help ${name}.`);
    }
  }
}

function asText(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
