/**
 * Of Webex's first cluster, which the SDK writes as `us` into the ids that it makes: so they come out as ours. What follows
 * is the service that the SDK asks for the cluster of a conversation.
 */
const CLUSTER = 'urn:TEAM:us-east-2_a:conversation';

/** Below it are the web sockets of devices; the path is Webex's. */
export const SOCKETS = '/mercury/v1/apps/wx2/registrations';

/** Where the SDK finds what, under the base URL that it used itself. */
export function serviceCatalog(base: string) {
  const { host, hostname } = new URL(base);
  const entries = [{ host: hostname, ttl: -1, priority: 1, id: CLUSTER }];
  return {
    serviceLinks: {
      hydra: `${base}/v1`,
      wdm: `${base}/wdm/api/v1`,
      conversation: conversations(base),
      encryption: `${base}/encryption/api/v1`,
      mercuryApi: `${base}/mercury/api/v1`,
      metrics: `${base}/metrics/api/v1`,
      // Last, since the SDK takes a URL for the first service that it begins with.
      idbroker: base,
      identity: base,
    },
    // The SDK looks hosts up with their port in version 3, and without it in version 2.
    hostCatalog: { [hostname]: entries, [host]: entries },
    activeServices: { conversation: CLUSTER },
    format: 'hostmap',
  };
}

/** Nobody answers here: the SDK reads the cluster of a room out of its URL. */
export function conversations(base: string): string {
  return `${base}/conversation/api/v1`;
}
