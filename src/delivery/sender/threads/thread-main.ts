import { parentPort, workerData } from 'node:worker_threads';
import { AddressGuard, ownAddresses } from '../../guard/index.ts';
import { Sender } from '../sender.ts';
import { packed, type NumberedRequest, type Order, type Report, type ThreadOptions } from './messages.ts';

// A thread that sends: makes the requests it is given, and reports what came of them once in each turn of its event loop.

const { allow, ...options } = workerData as ThreadOptions;
let { port } = options;
const guard = new AddressGuard({ allow, own: () => ({ port, addresses: ownAddresses() }) });
const sender = new Sender({ ...options, guard });
let report: Report = [];

parentPort?.on('message', (order: Order) => {
  if ('port' in order) port = order.port;
  else for (const request of order.requests) void make(request);
});

async function make({ id, ...request }: NumberedRequest): Promise<void> {
  const outcome = await sender.send(request);
  if (report.push({ id, outcome: packed(outcome) }) === 1) setImmediate(hand);
}

function hand(): void {
  parentPort?.postMessage(report);
  report = [];
}
