import { readTarget } from './target.ts';

/** Targets that begin with one URL are called at another. */
export interface RewriteRule {
  from: Beginning;
  to: Beginning;
}

interface Beginning {
  /** Scheme, host and port. */
  origin: string;
  /** Has no slash at its end, so that `''` is all of the origin. */
  path: string;
}

/**
 * From entries such as `https://bot.example:8443=http://127.0.0.1:3978`, either side with a path or without. Throws an
 * `Error` with a sentence that says what to change.
 */
export function parseRewriteRules(entries: readonly string[]): RewriteRule[] {
  const rules = entries.map((entry) => parseRule(entry));
  for (const [index, { from }] of rules.entries()) {
    const first = rules.findIndex((rule) => rule.from.origin === from.origin && rule.from.path === from.path);
    if (first === index) continue;
    throw new Error(`'${entries[first]}' and '${entries[index]}' rewrite the same targets: take one of them away.`);
  }
  return rules;
}

/**
 * The URL to call for a registered one: the beginning that a rule names is replaced, the rest of the path and the query
 * stay. Of several rules that fit, the one with the longest path is applied, and no other after it. A URL that no rule fits,
 * or that could not be called anyway, stays as it is.
 */
export function rewriteBy(rules: readonly RewriteRule[]): (url: string) => string {
  if (rules.length === 0) return (url) => url;
  const longestFirst = rules.toSorted((one, other) => other.from.path.length - one.from.path.length);
  return (url) => {
    const target = readTarget(url);
    if (typeof target === 'string') return url;
    const rule = longestFirst.find(({ from }) => from.origin === target.origin && isBelow(target.pathname, from.path));
    if (!rule) return url;
    const path = rule.to.path + target.pathname.slice(rule.from.path.length);
    return rule.to.origin + (path || '/') + target.search;
  };
}

/** `/hook` and `/hook/a` are below `/hook`, `/hooks` is not. */
function isBelow(path: string, beginning: string): boolean {
  return path === beginning || path.startsWith(`${beginning}/`);
}

function parseRule(entry: string): RewriteRule {
  const sides = entry.split('=');
  const [from, to] = sides.map((side) => parseBeginning(side));
  if (!from || !to || sides.length > 2) {
    throw new Error(
      `'${entry}' is no rule to rewrite by: write how the targets begin, =, and what to call instead, such as https://bot.example:8443=http://127.0.0.1:3978.`,
    );
  }
  return { from, to };
}

function parseBeginning(text: string): Beginning | undefined {
  const url = readTarget(text);
  if (typeof url === 'string' || /[?#*]/.test(text)) return undefined;
  return { origin: url.origin, path: url.pathname.replace(/\/+$/, '') };
}
