import type { DeviceBody } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { isoTime } from '../core/clock.ts';
import { serviceCatalog, SOCKETS } from './catalog.ts';
import type { DeviceRow } from './store.ts';

/** As the SDK expects it; `features` are switches of Webex's own clients, all of them off. */
export function presentDevice(device: DeviceRow, caller: Caller, base: string) {
  return {
    ...(JSON.parse(device.about) as Omit<DeviceBody, 'ttl'>),
    url: `${base}/wdm/api/v1/devices/${device.uuid}`,
    webSocketUrl: `${base.replace(/^http/, 'ws')}${SOCKETS}/${device.uuid}/messages`,
    userId: caller.uuid,
    orgId: caller.orgUuid,
    creationTime: isoTime(device.createdAt),
    modificationTime: isoTime(device.modifiedAt),
    services: { hydraServiceUrl: `${base}/v1` },
    serviceHostMap: serviceCatalog(base),
    features: { developer: [], entitlement: [], user: [] },
  };
}
