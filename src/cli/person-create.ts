import { storeSettings } from '../config/index.ts';
import { typeOfAddress } from '../people/index.ts';
import { accountOptions, createAccount } from './account.ts';
import { required, UsageError, type Command } from './command.ts';

export const personCreate: Command = {
  name: 'person create',
  summary: 'Make a person or a bot; prints their token once. The server may be running.',
  settings: [storeSettings.data],
  options: {
    ...accountOptions,
    type: {
      takes: 'TYPE',
      description: '`person` or `bot`. When not given, an address in webex.bot or sparkbot.io makes a bot.',
    },
  },
  async run(call) {
    const email = required(call, 'email');
    const type = call.options['type'] ?? typeOfAddress(email);
    if (type !== 'person' && type !== 'bot') throw new UsageError(`--type is "${type}": it must be person or bot.`);
    const token = await createAccount(call, type, []);
    call.io.err.write(
      `${required(call, 'name')} <${email.toLowerCase()}> is there, a ${type}. Their token; it is not shown again:\n`,
    );
    call.io.out.write(`${token}\n`);
  },
};
