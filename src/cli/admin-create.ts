import { storeSettings } from '../config/index.ts';
import { accountOptions, createAccount } from './account.ts';
import { required, type Command } from './command.ts';

export const adminCreate: Command = {
  name: 'admin create',
  summary: 'Make an administrator, and their organization when it is new; prints their token once.',
  settings: [storeSettings.data],
  options: accountOptions,
  async run(call) {
    const token = await createAccount(call, 'person', ['admin']);
    const [name, email, organization] = [
      required(call, 'name'),
      required(call, 'email'),
      required(call, 'organization'),
    ];
    call.io.err.write(
      `${name} <${email.toLowerCase()}> administers ${organization}. This is their token; it is not shown again:\n`,
    );
    call.io.out.write(`${token}\n`);
  },
};
