import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { printWelcome, type Style } from './welcome.ts';

const alice = {
  email: 'alice@acme.example',
  displayName: 'Alice',
  type: 'person',
  organization: 'Acme',
  roles: ['admin'],
  token: 'TokenOfAlice',
} as const;
const robot = {
  email: 'robot@webex.bot',
  displayName: 'Robot',
  type: 'bot',
  organization: 'Acme',
  roles: [],
  token: "it's $HOME",
} as const;
const plain: Style = { colours: false, width: undefined };

function welcome(style: Style, accounts: readonly (typeof alice | typeof robot)[] = [alice, robot]): string {
  return printWelcome({ url: 'http://localhost:4030', accounts, data: '/data' }, style);
}

describe('printWelcome', () => {
  test('lines up people and bots', () => {
    expect(welcome(plain)).toContain(`
  alice@acme.example  Alice  Acme  person, admin  TokenOfAlice
  robot@webex.bot     Robot  Acme  bot            it's $HOME
`);
  });

  test('puts tokens below where the terminal is too narrow: they are never cut', () => {
    expect(welcome({ colours: false, width: 61 })).toContain('person, admin\n    TokenOfAlice\n');
    expect(welcome({ colours: false, width: 62 })).toContain('person, admin  TokenOfAlice\n');
  });

  test('offers the first bot to paste, quoted for a shell where that is needed', () => {
    expect(welcome(plain)).toContain(String.raw`export WEBEX_ACCESS_TOKEN='it'\''s $HOME'`);
    expect(welcome(plain, [alice])).toContain('export WEBEX_ACCESS_TOKEN=TokenOfAlice\n');
  });

  test('ends the base URLs as each client wants it', () => {
    expect(welcome(plain)).toContain('export HYDRA_SERVICE_URL=http://localhost:4030/v1\n');
    expect(welcome(plain)).toContain('export U2C_SERVICE_URL=http://localhost:4030/u2c/api/v1\n');
    expect(welcome(plain)).toContain('export SPARKY_API_URL=http://localhost:4030/v1/\n');
  });

  test('offers nobody where there is nobody', () => {
    expect(welcome(plain, [])).not.toContain('export');
  });

  test('says the same with colours as without', () => {
    const coloured = welcome({ colours: true, width: undefined });
    expect(coloured).not.toBe(welcome(plain));
    expect(stripVTControlCharacters(coloured)).toBe(welcome(plain));
  });

  test('says when nothing is kept', () => {
    expect(printWelcome({ url: 'http://localhost:4030', accounts: [], data: undefined }, plain)).toContain(
      'goes when the server stops',
    );
  });
});
