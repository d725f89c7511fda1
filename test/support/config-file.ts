// Writes a config into a file of its own.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Its path. */
export function configFile(config: Record<string, unknown>): string {
  const path = join(mkdtempSync(join(tmpdir(), 'tiergate-config-')), 'tiergate.yaml');
  writeFileSync(path, stringify(config));
  return path;
}
