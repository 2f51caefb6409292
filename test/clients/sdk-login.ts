import { once } from 'node:events';
import { createRequire } from 'node:module';

/**
 * An integration as users of Webex's JavaScript SDK write it. It is a program of its own since the SDK reads the addresses and
 * the credentials from the environment while it is loaded. It does what its parent process asks for, and tells what came of it.
 */
export type Task =
  | { do: 'loginUrl' | 'refresh' | 'me' }
  | { do: 'code'; code: string }
  | { do: 'guest'; jwt: string }
  | { do: 'narrow'; scope: string };

export interface Done {
  kind: 'done';
  answer?: string;
  failed?: string;
}

interface Token {
  access_token: string;
  refresh_token?: string;
  scope?: string;
}

/** As much of the SDK as is used here, after its documentation. */
interface Webex {
  once(event: 'ready', listener: () => void): void;
  credentials: {
    supertoken: Token;
    buildLoginUrl(options: { clientType: 'confidential'; state: object }): string;
    getUserToken(scope: string): Promise<Token>;
    refresh(): Promise<void>;
  };
  authorization: {
    requestAuthorizationCodeGrant(options: { code: string }): Promise<void>;
    requestAccessTokenFromJwt(options: { jwt: string }): Promise<void>;
  };
  people: { get(id: string): Promise<{ emails: string[] }> };
}

// The bot framework brings it along.
const requireBeside = createRequire(createRequire(import.meta.url).resolve('webex-node-bot-framework'));
const sdk = requireBeside('webex') as { init(): Webex };

const webex = sdk.init();
await once(webex as unknown as NodeJS.EventEmitter, 'ready');
report({ kind: 'done' });

process.on('message', (task: Task) => {
  perform(task).then(
    (answer) => report({ kind: 'done', ...(answer !== undefined && { answer }) }),
    (error: unknown) => report({ kind: 'done', failed: String(error) }),
  );
});

async function perform(task: Task): Promise<string | undefined> {
  const { credentials, authorization, people } = webex;
  switch (task.do) {
    case 'loginUrl':
      return credentials.buildLoginUrl({ clientType: 'confidential', state: { from: 'here' } });
    case 'code':
      await authorization.requestAuthorizationCodeGrant({ code: task.code });
      return credentials.supertoken.access_token;
    case 'guest':
      await authorization.requestAccessTokenFromJwt({ jwt: task.jwt });
      return credentials.supertoken.access_token;
    case 'refresh':
      await credentials.refresh();
      return credentials.supertoken.access_token;
    case 'narrow':
      return (await credentials.getUserToken(task.scope)).access_token;
    case 'me':
      return (await people.get('me')).emails[0];
  }
}

function report(what: Done): void {
  process.send?.(what);
}
