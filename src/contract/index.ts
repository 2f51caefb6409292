export * from './common.ts';
export * from './memberships.ts';
export * from './messages.ts';
export * from './notices.ts';
export * from './people.ts';
export * from './rooms.ts';
export * from './stream.ts';
export * from './webhooks.ts';
