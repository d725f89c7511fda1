// tiergate.lock: the models that a project uses, each pinned by source, revision and SHA-256. Users commit it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { Environment } from './stored-model.ts';

const LOCK_NAME = 'tiergate.lock';

const HEAD = `# Models of this project, written by "tiergate lock". Commit this file: "tiergate pull" fetches what it names,
# "tiergate verify" checks it, and the engine refuses a model file that differs.
`;

const lockSchema = z.strictObject({
  version: z.literal(1),
  models: z.array(
    z.strictObject({
      /** As `tiergate list` shows it; a path is relative to the lock's folder. */
      name: z.string().min(1),
      /** Commit of the repository; left out where the source has none. */
      revision: z.string().optional(),
      files: z
        .array(
          z.strictObject({
            /** Without folders. */
            file: z.string().min(1),
            bytes: z.int().min(0),
            sha256: z.string().regex(/^[0-9a-f]{64}$/, 'should be 64 hexadecimal digits'),
          }),
        )
        .min(1),
    }),
  ),
});

export type LockedModel = z.infer<typeof lockSchema>['models'][number];

export interface Lock {
  /** Absolute path. */
  path: string;
  models: LockedModel[];
}

/** `TIERGATE_LOCK`, else tiergate.lock in the first of the folders that has one, else in the first. Absolute. */
export function lockPath(env: Environment, folders: readonly string[]): string {
  const named = env['TIERGATE_LOCK'];
  if (named) return resolve(named);
  const paths = folders.map((folder) => join(folder, LOCK_NAME));
  return resolve(paths.find(existsSync) ?? paths[0]!);
}

/** Null: there is no such file. @throws {GatewayError} CONFIG_INVALID */
export function readLock(path: string): Lock | null {
  const refuse = (why: string): never => {
    throw new GatewayError(
      'CONFIG_INVALID',
      `${displayPath(path)}: ${why}; write it anew with: tiergate lock`,
    );
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? null : refuse(`it cannot be read (${code})`);
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return refuse(`it is not YAML (${(error as Error).message.split('\n')[0]})`);
  }
  const parsed = lockSchema.safeParse(value);
  if (parsed.success) return { path, models: parsed.data.models };
  const issue = parsed.error.issues[0]!;
  return refuse(`${issue.path.join('.') || 'the file'}: ${issue.message}`);
}

/** Atomic; models sorted by name, so that two machines write the same bytes. */
export function writeLock({ path, models }: Lock): void {
  const sorted = [...models].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, HEAD + stringify({ version: 1, models: sorted }));
  renameSync(draft, path);
}
