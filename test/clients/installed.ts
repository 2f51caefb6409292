import path from 'node:path';
import { SetupError, ensureInstalled } from '../../scripts/install.js';
import { missing, type Missing } from './missing.ts';

export type Installed = { folder: string; missing?: undefined } | Missing;

/** A folder of `packages`, with its dependencies installed from the lockfile, or why they cannot be. */
export async function npmPackages(name: string): Promise<Installed> {
  const folder = path.join(import.meta.dirname, 'packages', name);
  try {
    await ensureInstalled({
      folder,
      what: `clients for tests: ${name}`,
      dev: false,
      lockFolder: path.join(folder, '.setup-lock'),
    });
    return { folder };
  } catch (error) {
    if (error instanceof SetupError) return missing(`${name}: ${error.message}`);
    throw error;
  }
}
