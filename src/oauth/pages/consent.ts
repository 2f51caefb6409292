import type { IntegrationRow } from '../integrations/store.ts';
import { inWords } from '../scopes.ts';
import type { Page } from './frame.ts';
import { html, type Html } from './html.ts';

/** Somebody who may be picked to sign in. */
export interface Choice {
  uuid: string;
  displayName: string;
  email: string;
}

export interface ConsentPage {
  integration: IntegrationRow;
  scopes: readonly string[];
  /** Whom one can sign in as; undefined: one shows an access token. */
  choices: readonly Choice[] | undefined;
  /** Who was picked before. */
  picked: string | undefined;
  /** What went wrong the last time. */
  complaint: string | undefined;
  /** What the form sends back as it came. */
  fields: Readonly<Record<string, string | undefined>>;
  /** Where the form goes; relative to the page. */
  action: string;
  /** Where the browser ends up; undefined: here. */
  target?: string;
  /** What a device shows. */
  userCode?: string;
}

export function consentPage(page: ConsentPage): Page {
  const { integration, scopes, action, fields, target, userCode, complaint } = page;
  const sentences = inWords(scopes);
  return {
    title: `Allow ${integration.name}?`,
    ...(target !== undefined && { leadsTo: [sourceOf(target)] }),
    body: html`<form class="card" method="post" action="${action}">
      ${Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [html`<input type="hidden" name="${name}" value="${value}" />`]))}
      <div class="head">
        <div class="mark" aria-hidden="true">${initialOf(integration.name)}</div>
        <h1>${integration.name} wants to act for you</h1>
        ${integration.description !== null && html`<p>${integration.description}</p>`}
      </div>
      ${
        userCode !== undefined &&
        html`<section>
          <h2>Your device shows this code</h2>
          <p class="shown code">${userCode}</p>
          <p class="note">If it shows another one, or none, do not allow this.</p>
        </section>`
      }
      <section>
        <h2>It may</h2>
        <ul>
          ${sentences.length > 0 ? sentences.map((sentence) => html`<li>${tick}<span>${sentence}</span></li>`) : html`<li>${tick}<span>nothing but know that you were here</span></li>`}
        </ul>
      </section>
      <section>
        ${complaint !== undefined && html`<p class="bad" role="alert">${complaint}</p>`} ${signIn(page)}
      </section>
      <section>
        <div class="buttons">
          <button name="decision" value="deny" formnovalidate>Refuse</button>
          <button class="primary" name="decision" value="allow">Allow</button>
        </div>
      </section>
      <footer>
        Registered by ${integration.ownerName}
        (${integration.ownerEmail}).${target !== undefined && html`<br />You will be sent back to ${placeOf(target)}.`}
      </footer>
    </form>`,
  };
}

function signIn({ choices, picked }: ConsentPage): Html {
  if (choices) {
    const chosen = choices.some(({ uuid }) => uuid === picked) ? picked : choices[0]?.uuid;
    return html`<h2>Who are you?</h2>
      <div class="people" role="radiogroup" aria-label="Who are you?">
        ${choices.map(
          ({ uuid, displayName, email }) =>
            html`<label class="person"
              ><input type="radio" name="person" value="${uuid}" ${uuid === chosen && html` checked`} /><span
                ><b>${displayName}</b><small>${email}</small></span
              ></label
            >`,
        )}
      </div>
      <p class="note">This is a development server: anybody can be anybody.</p>`;
  }
  return html`<label class="field" for="token">Your access token</label>
    <input type="password" id="token" name="token" autocomplete="off" spellcheck="false" required />
    <p class="note">
      It shows who you are, and is not handed on. The integration gets a token of its own, which you can take back.
    </p>`;
}

const tick = html`<svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
  <path
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    d="m4.5 10.5 3.5 3.5 7.5-8"
  />
</svg>`;

function initialOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? '';
}

/** The source of a policy that lets a form end up there: browsers look at where it is redirected to as well. */
function sourceOf(uri: string): string {
  const { protocol, host } = new URL(uri);
  return protocol === 'http:' || protocol === 'https:' ? `${protocol}//${host}` : protocol;
}

/** Where that is, for people. */
function placeOf(uri: string): string {
  const { protocol, host } = new URL(uri);
  return protocol === 'http:' || protocol === 'https:' ? host : `the app ${protocol.slice(0, -1)}`;
}
