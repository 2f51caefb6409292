import { deliverySettings } from './delivery.ts';
import { liveSettings } from './live.ts';
import { messageSettings } from './messages.ts';
import { oauthSettings } from './oauth.ts';
import { observingSettings } from './observing.ts';
import { requestSettings } from './requests.ts';
import { usageSettings } from './usage.ts';
import type { Table } from './setting.ts';

export { devSettings } from './dev.ts';
export type { Setting, Table, ValuesOf } from './setting.ts';
export { storeSettings } from './store.ts';

/** For `hearth dev` and `hearth serve`, in the order in which help and the reference list them. */
export const serverSettings = {
  ...requestSettings,
  ...observingSettings,
  ...deliverySettings,
  ...usageSettings,
  ...oauthSettings,
  ...liveSettings,
  ...messageSettings,
} as const satisfies Table;
