// The texts of the development sets, where they stand beside the project.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';

const FOLDER = join(packageRoot, '../shared/data/pii');

/** Names of the sets; empty where the data is not there. */
export const piiSets = (): string[] =>
  existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.endsWith('.jsonl')) : [];

export const piiTexts = (set: string): string[] =>
  readFileSync(join(FOLDER, set), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { text: string }).text);
