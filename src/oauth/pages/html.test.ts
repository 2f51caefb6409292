import { expect, test } from 'vitest';
import { html } from './html.ts';

test('what is put in is escaped, markup is not', () => {
  const name = `<b onclick='x' class="y">&`;
  expect(
    html`<p title="${name}">${html`<i>${1}</i>`}${false}${undefined}${[html`<b></b>`, html`<b></b>`]}</p>`.text,
  ).toBe('<p title="&#60;b onclick=&#39;x&#39; class=&#34;y&#34;&#62;&#38;"><i>1</i><b></b><b></b></p>');
});

test('what is escaped cannot end anything', () => {
  expect(html`${'</style><script>'}`.text).toBe('&#60;/style&#62;&#60;script&#62;');
});
