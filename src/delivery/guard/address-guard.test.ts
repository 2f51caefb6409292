import { describe, expect, test } from 'vitest';
import { AddressGuard } from './index.ts';

const REFUSAL = 'This is not an address that this server may call.';

const closed = new AddressGuard({ allow: [], own: () => ({ port: 4030, addresses: ['9.9.9.9', '2600::9'] }) });

describe('checkUrl', () => {
  test.each([
    ['https://bot.example.com/hook', undefined],
    ['http://bot.example.com:8080/hook?a=b#c', undefined],
    ['HTTPS://BOT.example.COM./hook', undefined],
    ['https://bücher.example/', undefined],
    ['https://bot.example.com:65535/', undefined],
    ['https://9.9.9.8:4030/', undefined],
    ['https://9.9.9.9/', undefined],
    ['http://9.9.9.9:4030/v1/messages', REFUSAL],
    ['http://[2600::9]:4030/', REFUSAL],
    ['http://[::ffff:9.9.9.9]:4030/', REFUSAL],
    ['http://localhost/', REFUSAL],
    ['http://LOCALHOST.:4030/', REFUSAL],
    ['http://bot.localhost/', REFUSAL],
    ['http://0/', REFUSAL],
    ['http://[::]/', REFUSAL],
    ['ftp://bot.example.com/', 'Only http and https can be called.'],
    ['file:///etc/passwd', 'Only http and https can be called.'],
    ['ws://bot.example.com/', 'Only http and https can be called.'],
    ['javascript:alert(1)', 'Only http and https can be called.'],
    ['https://user@bot.example.com/', 'A URL with a user name or a password in it cannot be called.'],
    ['https://:password@bot.example.com/', 'A URL with a user name or a password in it cannot be called.'],
    ['https://bot.example.com@127.0.0.1/', 'A URL with a user name or a password in it cannot be called.'],
    ['https://bot.example.com:0/', 'Port 0 cannot be called.'],
    ['https://bot.example.com:65536/', 'An absolute http or https URL is needed.'],
    ['https://', 'An absolute http or https URL is needed.'],
    ['/hook', 'An absolute http or https URL is needed.'],
    ['https://1.2.3.256/', 'An absolute http or https URL is needed.'],
    ['https://[fe80::1%25eth0]/', 'An absolute http or https URL is needed.'],
    ['', 'An absolute http or https URL is needed.'],
  ])('%s', (url, expected) => expect(closed.checkUrl(url)).toBe(expected));

  test.each(
    `8.8.8.8 1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15
     168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
     192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
     223.255.255.255 [2606:4700:4700::1111] [2001:200::] [2001:db7:ffff::1] [2001:db9::] [2003::] [2620:4f:7fff::1]
     [2000::] [3ffe:ffff::1] [::ffff:8.8.8.8] [64:ff9b::8.8.8.8]`.split(/\s+/),
  )('public: %s', (host) => expect(closed.checkUrl(`http://${host}/`)).toBeUndefined());

  test.each(
    `0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 100.100.100.200 127.0.0.0 127.255.255.255
     168.63.129.16 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192
     192.0.0.255 192.0.2.0 192.0.2.255 192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.255 192.168.0.0 192.168.255.255
     192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0
     239.255.255.255 240.0.0.0 255.255.255.255 [::] [::1] [100::1] [fc00::] [fd00:ec2::254] [fdff::1] [fe80::1]
     [febf::1] [fec0::1] [ff02::1] [2001::1] [2001:2::1] [2001:10::1] [2001:1ff:ffff::1] [2001:db8::] [2001:db8:ffff::1]
     [2002::1] [2620:4f:8000::1] [3fff::1] [3fff:fff::1] [5f00::1] [4000::1] [1fff::1]`.split(/\s+/),
  )('not public: %s', (host) => expect(closed.checkUrl(`http://${host}/`)).toBe(REFUSAL));
});
