import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { TestServer } from '../support/server.ts';

/** For the names that some clients cannot be talked out of; of this file alone, good until 2116. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNbzl2flrYGkYbmmC
NgvSKi24rnZook5+Nr2bAEVcipyhRANCAAQV0UvuKm5pbn/5n47iMZB18NtlRuLG
IcmWT88p7RBiBxR2lNYmnMjz+nXsLF29qSad+DAgosJnUbRQV9Fosasp
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBgDCCASegAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA13ZWJleGFw
aXMuY29tMCAXDTE2MDEwMTAwMDAwMFoYDzIxMTYwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA13ZWJleGFwaXMuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFdFL
7ipuaW5/+Z+O4jGQdfDbZUbixiHJlk/PKe0QYgcUdpTWJpzI8/p17Cxdvakmnfgw
IKLCZ1G0UFfRaLGrKaNgMF4wLAYDVR0RBCUwI4INd2ViZXhhcGlzLmNvbYISYXBp
LmNpc2Nvc3BhcmsuY29tMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFEd7rzSo
TbnShPrkSgGG7KGoZL9wMAoGCCqGSM49BAMCA0cAMEQCIEScB71YXci4LPr++mrY
5wcYUBd4eKCcNWl1UnuXspkNAiBgEpJeatOExJp3orgfeNwFumnMDUvgY/CevISO
J4BGMA==
-----END CERTIFICATE-----`;
const names = new Set(['webexapis.com', 'api.ciscospark.com']);

/**
 * Hearth under the names of the hosted service, for clients in which they are written down: a proxy for HTTPS that leads
 * those names to the server and refuses all others. What is returned goes into a client's environment.
 */
export async function underHostedNames({ url, folder }: TestServer): Promise<Record<string, string>> {
  const tls = createHttpsServer({ key, cert }, (incoming, outgoing) => passOn(url, incoming, outgoing));
  const tlsPort = await listen(tls);
  const proxy = createServer((_, response) => response.writeHead(403).end());
  proxy.on('connect', ({ url: target = '' }, socket: Socket) => {
    if (!names.has(target.replace(/:443$/, ''))) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const inner = connect(tlsPort, '127.0.0.1', () => socket.write('HTTP/1.1 200 Connected\r\n\r\n'));
    for (const end of [inner, socket]) end.on('error', () => {});
    return inner.pipe(socket).pipe(inner);
  });
  const address = `http://127.0.0.1:${await listen(proxy)}`;
  const certificate = path.join(folder, 'hosted-names.pem');
  await writeFile(certificate, cert);
  return { https_proxy: address, SSL_CERT_FILE: certificate, REQUESTS_CA_BUNDLE: certificate };
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The same request to another server, and its answer back. */
function passOn(behind: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  const forwarded = request(new URL(url ?? '/', behind), { method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(forwarded);
}
