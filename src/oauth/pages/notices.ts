import type { Page } from './frame.ts';
import { html } from './html.ts';

/** For what cannot go on: nobody is sent anywhere. */
export function failurePage(reason: string, trackingId: string): Page {
  return {
    title: 'This does not work',
    body: html`<div class="card">
      <div class="head">
        <div class="mark" aria-hidden="true">!</div>
        <h1>This does not work</h1>
        <p>${reason}</p>
      </div>
      <footer>Tell whoever sent you here. Tracking ID: ${trackingId}</footer>
    </div>`,
  };
}

/** Where a person types what their device shows. */
export function codePage({ complaint, action }: { complaint: string | undefined; action: string }): Page {
  return {
    title: 'Connect a device',
    body: html`<form class="card" method="get" action="${action}">
      <div class="head">
        <div class="mark" aria-hidden="true">#</div>
        <h1>Connect a device</h1>
        <p>Type the code that it shows.</p>
      </div>
      <section>
        ${complaint !== undefined && html`<p class="bad" role="alert">${complaint}</p>`}
        <label class="field" for="code">Code</label>
        <input
          class="code"
          type="text"
          id="code"
          name="user_code"
          placeholder="XXXX-XXXX"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          maxlength="16"
          required
          autofocus
        />
      </section>
      <section>
        <div class="buttons one"><button class="primary">Go on</button></div>
      </section>
    </form>`,
  };
}

export function devicePage({ allowed, name }: { allowed: boolean; name: string }): Page {
  return {
    title: allowed ? 'The device is connected' : 'Refused',
    body: html`<div class="card">
      <div class="head">
        <div class="mark" aria-hidden="true">${allowed ? '✓' : '×'}</div>
        <h1>${allowed ? 'The device is connected' : 'You have refused'}</h1>
        <p>${allowed ? `${name} goes on by itself within seconds.` : `${name} is told so.`} You can close this page.</p>
      </div>
    </div>`,
  };
}
