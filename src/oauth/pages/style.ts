/** Of every page. Its hash is part of the policy that is sent with it. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f6f4; --card: #fff; --line: #e4e3df; --text: #1c1b1a; --quiet: #6b6862; --field: #fff;
  --accent: #b5431a; --accent-text: #fff; --accent-soft: #fbeee8; --bad: #a3200d; --bad-soft: #fdeeec;
  --shadow: 0 1px 2px rgb(28 27 26 / .05), 0 12px 32px -12px rgb(28 27 26 / .18);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131211; --card: #1c1b19; --line: #322f2c; --text: #f1efec; --quiet: #a09b93; --field: #151412;
    --accent: #f07b4a; --accent-text: #1f0d05; --accent-soft: #33201a; --bad: #ff9b8a; --bad-soft: #3a1c18;
    --shadow: 0 12px 32px -12px rgb(0 0 0 / .6);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 40px 16px 56px; background: var(--page); color: var(--text);
  font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-font-smoothing: antialiased;
}
main { max-width: 432px; margin: 0 auto; }
.brand { display: flex; align-items: center; justify-content: center; gap: 6px; margin-bottom: 24px; font-weight: 600; letter-spacing: -.01em; }
.brand svg { color: var(--accent); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; box-shadow: var(--shadow); overflow: hidden; }
.head { padding: 28px 28px 20px; text-align: center; }
.mark {
  display: grid; place-items: center; width: 52px; height: 52px; margin: 0 auto 16px; border-radius: 14px;
  background: var(--accent-soft); color: var(--accent); font-size: 22px; font-weight: 650;
}
h1 { margin: 0; font-size: 20px; line-height: 1.3; font-weight: 620; letter-spacing: -.015em; overflow-wrap: anywhere; }
p { margin: 0; }
.head p { margin-top: 6px; color: var(--quiet); overflow-wrap: anywhere; }
section { padding: 20px 28px; border-top: 1px solid var(--line); }
h2 { margin: 0 0 12px; font-size: 13px; font-weight: 600; color: var(--quiet); }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 10px; }
li { display: grid; grid-template-columns: 20px 1fr; gap: 10px; }
li svg { margin-top: 3px; color: var(--accent); }
.people { display: grid; gap: 8px; max-height: 264px; overflow-y: auto; margin: 0 -6px; padding: 3px 6px; }
.person { display: grid; grid-template-columns: 18px 1fr; gap: 12px; align-items: center; padding: 10px 14px; border: 1px solid var(--line); border-radius: 10px; cursor: pointer; }
.person:hover { border-color: var(--quiet); }
.person:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); background: var(--accent-soft); }
.person input { accent-color: var(--accent); width: 16px; height: 16px; margin: 0; }
.person b { display: block; font-weight: 560; line-height: 1.35; }
.person small { color: var(--quiet); font-size: 13px; overflow-wrap: anywhere; }
label.field { display: block; font-size: 13px; font-weight: 600; margin-bottom: 6px; }
input[type=password], input[type=text] {
  width: 100%; height: 42px; padding: 0 12px; font: inherit; color: inherit; background: var(--field);
  border: 1px solid var(--line); border-radius: 10px;
}
.code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 22px; letter-spacing: .14em; text-align: center; }
input.code { height: 54px; text-transform: uppercase; }
.shown { padding: 14px; border-radius: 10px; background: var(--accent-soft); }
.note { margin-top: 8px; font-size: 13px; color: var(--quiet); overflow-wrap: anywhere; }
.bad { margin-bottom: 14px; padding: 10px 12px; border-radius: 10px; background: var(--bad-soft); color: var(--bad); font-size: 14px; }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
.buttons.one { grid-template-columns: 1fr; }
button { height: 42px; padding: 0 16px; font: inherit; font-weight: 600; border-radius: 10px; border: 1px solid var(--line); background: var(--card); color: inherit; cursor: pointer; }
button:hover { border-color: var(--quiet); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-text); }
button.primary:hover { filter: brightness(1.08); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
footer { padding: 16px 28px 24px; text-align: center; font-size: 13px; color: var(--quiet); overflow-wrap: anywhere; }
`;
