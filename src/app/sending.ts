import { AddressGuard, ownAddresses, rewriteBy } from '../delivery/guard/index.ts';
import { Sender, ThreadedSender, type Sending } from '../delivery/sender/index.ts';
import { version } from '../version.ts';
import type { OwnAddress } from './address.ts';
import type { AppOptions } from './options.ts';

export type Outgoing = ReturnType<typeof openSender>;

/** What sends requests for others, to whom it may: the guard, the rewrite rules, and threads where they are asked for. */
export function openSender({ delivery, logger }: AppOptions, address: Pick<OwnAddress, 'port'>) {
  const { timeoutMs, connectTimeoutMs, ca, verifyTls, limits, allow, senderThreads: threads } = delivery;
  const guard = new AddressGuard({ allow, own: () => ({ port: address.port, addresses: ownAddresses() }) });
  const rewrite = rewriteBy(delivery.rewrite);
  const sending = { timeoutMs, connectTimeoutMs, ca, verifyTls, userAgent: `Hearth/${version}` };
  const connectionsPerOrigin = limits.perWebhook * 4;
  const onFault = (err: unknown) => logger.error({ err }, 'a sender thread failed; another takes its place');
  const threaded =
    threads > 0
      ? new ThreadedSender({ ...sending, connectionsPerOrigin, threads, allow, port: address.port, onFault })
      : undefined;
  const sender: Sending = threaded ?? new Sender({ ...sending, connectionsPerOrigin, guard });
  return {
    guard,
    rewrite,
    headers: sender.headers,
    send: (request: Parameters<Sending['send']>[0]) => sender.send({ ...request, url: rewrite(request.url) }),
    check: (url: string) => guard.checkUrl(rewrite(url)),
    listensOn: (own: number) => threaded?.listensOn(own),
    destroy: () => sender.destroy(),
  };
}
