import { describe, expect, test } from 'vitest';
import { AddressGuard } from './index.ts';

const REFUSAL = 'This is not an address that this server may call.';

function guardOf(allow: string[]): AddressGuard {
  return new AddressGuard({ allow, own: () => ({ port: 4030, addresses: ['9.9.9.9'] }) });
}

describe('the allow-list', () => {
  test.each<[string[], string, string | undefined]>([
    [['127.0.0.0/8', '::1', 'localhost'], 'http://127.0.0.1:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://[::1]:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://localhost:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://bot.localhost:3000/', undefined],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://10.0.0.1/', REFUSAL],
    [['127.0.0.0/8', '::1', 'localhost'], 'http://[::2]/', REFUSAL],
    [['10.1.0.0/16'], 'http://10.1.255.255/', undefined],
    [['10.1.0.0/16'], 'http://10.2.0.0/', REFUSAL],
    [['10.1.0.0/16'], 'http://[::ffff:10.1.2.3]/', undefined],
    [['10.1.0.0/16'], 'http://[64:ff9b::10.1.2.3]/', undefined],
    [['10.1.0.0/16'], 'http://[2002:a01:203::1]/', REFUSAL],
    [['10.1.2.3'], 'http://10.1.2.3/', undefined],
    [['10.1.2.3'], 'http://10.1.2.4/', REFUSAL],
    [['fd00:1::/32'], 'http://[fd00:1::5]/', undefined],
    [['::ffff:10.0.0.0/104'], 'http://[::ffff:10.1.2.3]/', undefined],
    [['9.9.9.9'], 'http://9.9.9.9:4030/', undefined],
    // Those that hand out credentials have to be named one by one.
    [['0.0.0.0/0', '::/0'], 'http://10.0.0.1/', undefined],
    [['0.0.0.0/0', '::/0'], 'http://169.254.169.254/latest/meta-data/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://169.254.170.2/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://168.63.129.16/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:ec2::254]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://100.100.100.200/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://192.0.0.192/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:ec2::23]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd20:ce::254]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:42::42]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fe80::a9fe:a9fe]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:c1::a9fe:a9fe]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:a9fe:a9fe::1]/', REFUSAL],
    [['0.0.0.0/0', '::/0'], 'http://[fd00:100::100:200]/', REFUSAL],
    [['100.64.0.0/10'], 'http://100.96.0.96/', REFUSAL],
    [['100.64.0.0/10'], 'http://100.80.80.80/', REFUSAL],
    [['100.64.0.0/10'], 'http://100.80.80.81/', undefined],
    [['169.254.0.0/16'], 'http://169.254.169.254/', REFUSAL],
    [['fd00::/8'], 'http://[fd00:ec2::254]/', REFUSAL],
    [['169.254.169.254'], 'http://169.254.169.254/', undefined],
    [['169.254.169.254/32'], 'http://169.254.169.254/', undefined],
    [['169.254.169.254'], 'http://[::ffff:169.254.169.254]/', undefined],
    [['169.254.169.254'], 'http://169.254.169.253/', REFUSAL],
    [['169.254.169.254', '::/0'], 'http://[2002:a9fe:a9fe::1]/', REFUSAL],
  ])('%j and %s', (allow, url, expected) => expect(guardOf(allow).checkUrl(url)).toBe(expected));

  test.each([
    '',
    '*',
    '*.',
    'a b',
    '10.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '010.0.0.1',
    'fd00::/129',
    '[::1]',
    'localhost:3000',
    'http://localhost',
    'a*.example.com',
    'user@host',
  ])('%j cannot be an entry', (entry) => expect(() => guardOf([entry])).toThrow(`'${entry}' cannot be allowed: write`));
});
