import { World } from './schema.ts';

/** The world of a server that is given none. */
export const standardWorld: World = World.parse({
  organizations: [
    { key: 'acme', name: 'Acme' },
    { key: 'elsewhere', name: 'Elsewhere' },
  ],
  people: [
    {
      email: 'alice@acme.example',
      displayName: 'Alice Adams',
      firstName: 'Alice',
      lastName: 'Adams',
      org: 'acme',
      roles: ['admin'],
    },
    { email: 'bob@acme.example', displayName: 'Bob Brown', firstName: 'Bob', lastName: 'Brown', org: 'acme' },
    {
      email: 'carol@acme.example',
      displayName: 'Carol Clark',
      firstName: 'Carol',
      lastName: 'Clark',
      org: 'acme',
      roles: ['compliance'],
    },
    { email: 'eve@elsewhere.example', displayName: 'Eve Ellis', firstName: 'Eve', lastName: 'Ellis', org: 'elsewhere' },
    { email: 'helper@webex.bot', displayName: 'Helper', nickName: 'Helper', type: 'bot', org: 'acme' },
    { email: 'echo@webex.bot', displayName: 'Echo', nickName: 'Echo', type: 'bot', org: 'acme' },
  ],
  rooms: [{ title: 'Demo', members: ['alice@acme.example', 'bob@acme.example', 'helper@webex.bot'] }],
  messages: [{ room: 'Demo', from: 'alice@acme.example', markdown: 'Welcome to **Hearth**.' }],
});
