import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { html, Html } from './html.ts';
import { style } from './style.ts';

/** In one piece: the policy names the very bytes between the tags, and a blank more among them would be refused. */
const sheet = new Html(`<style>${style}</style>`);
const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

export interface Page {
  title: string;
  body: Html;
  /** Sources, beside this server, that a form of it may lead to. */
  leadsTo?: readonly string[];
}

/** Nothing runs in it, nothing is fetched for it, nobody frames it, and where its forms lead is known. */
export function sendPage(reply: FastifyReply, status: number, { title, body, leadsTo = [] }: Page): FastifyReply {
  const policy = [
    "default-src 'none'",
    `style-src ${styleSource}`,
    `form-action ${["'self'", ...leadsTo].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    .serializer(String)
    .send(page(title, body).text);
}

function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} · Hearth</title>
        ${sheet}
      </head>
      <body>
        <main>
          <header class="brand">${flame}<span>Hearth</span></header>
          ${body}
        </main>
      </body>
    </html> `;
}

const flame = html`<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
  <path
    fill="currentColor"
    d="M12.6 2.2c.5 3.4-1 5.2-2.7 7.1C8.2 11.2 6.5 13.1 6.5 16a5.5 5.5 0 0 0 11 0c0-1.9-.7-3.5-1.7-4.9-.3 1.2-.9 2-1.8 2.5.6-3.9-.2-8.4-1.4-11.4Z"
  />
</svg>`;
