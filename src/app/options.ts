import type { Logger } from 'pino';
import type { SubmitRules } from '../attachment-actions/policy.ts';
import type { FaultCreate, FaultPresetCreate } from '../contract/index.ts';
import type { RewriteRule } from '../delivery/guard/index.ts';
import type { FailureWindow } from '../delivery/health/health-book.ts';
import type { LaneLimits } from '../delivery/lanes/lanes.ts';
import type { RetentionTimes } from '../delivery/retention/sweeps.ts';
import type { RetrySchedule } from '../delivery/schedule.ts';
import type { FaultMakers } from '../faults/policy.ts';
import type { Rate } from '../http/index.ts';
import type { BotRules, CardLimits } from '../messages/index.ts';
import type { OAuthOptions } from '../oauth/index.ts';
import type { DeviceLimits } from '../sockets/service.ts';
import type { SeatLimits } from '../stream/seats.ts';
import type { WebhookParts } from '../webhooks/service.ts';

/** Everything a server is made from: checked values, nothing of it read from the environment here. */
export interface AppOptions {
  http: { host: string; port: number; trustProxy: boolean | string; bodyLimit: number };
  /** Without a slash at its end; undefined: the address it listens on, if that is one. */
  publicUrl: string | undefined;
  /** Sealed files are kept beside the database. */
  store: { file: string; filesFolder: string; durability: 'full' | 'off' };
  /** `limit`: bytes of a file. */
  files: { limit: number; fetchTimeoutMs: number };
  /** The first one seals, all of them open. */
  masterKeys: readonly [Uint8Array, ...Uint8Array[]];
  delivery: {
    schedule: RetrySchedule;
    timeoutMs: number;
    connectTimeoutMs: number;
    /** CIDRs, addresses and host names that may be called although the guard would refuse them. */
    allow: readonly string[];
    /** Whom to call in place of a webhook's target; for development. */
    rewrite: readonly RewriteRule[];
    /** PEM; in place of the system's certificate authorities. */
    ca: string | undefined;
    verifyTls: boolean;
    /** That send; none: this one does. */
    senderThreads: number;
    limits: LaneLimits;
    firstMessageDelayMs: number;
    /** DEL-5 */
    disabling: FailureWindow;
  };
  retention: RetentionTimes;
  bots: BotRules;
  cards: CardLimits & SubmitRules;
  webhooks: Pick<WebhookParts, 'allowMessagesUpdated' | 'mostPerPerson'>;
  /** Undefined: there is no `/metrics`. */
  metrics: { token: string | undefined } | undefined;
  /** Where spans are sent; undefined: nowhere. */
  traces: { endpoint: string } | undefined;
  /** Of all people together, and of each. */
  streams: SeatLimits;
  /** Undefined: as much as anybody likes. */
  rateLimits: { perPerson: Rate | undefined; perIncomingWebhook: Rate | undefined };
  /** Who may make the server fail, and what fails from the beginning; undefined: nobody, and nothing. */
  faults: { by: FaultMakers; rules: readonly FaultCreate[]; presets: readonly FaultPresetCreate[] } | undefined;
  oauth: OAuthOptions;
  devices: DeviceLimits;
  logger: Logger;
}
