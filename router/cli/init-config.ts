// What `tiergate init` writes: a new tiergate.yaml, or Level 1 in the one that is there, its comments kept.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { formatProblems } from '../../policies/yaml-source.ts';
import { checkConfig } from '../config/config.ts';

export interface LocalTarget {
  /** `local/NAME` */
  id: string;
  /** A name of the model store. */
  modelFile: string;
}

export type Change =
  | 'created'
  | 'updated'
  /** It names this model already. */
  | 'unchanged'
  /** Level 1 has other targets, and nobody asked to replace them. */
  | 'kept';

export interface Written {
  path: string;
  change: Change;
  /** Ids of Level 1's targets before. */
  before: string[];
}

const newConfig = ({ id, modelFile }: LocalTarget): string =>
  [
    '# Written by tiergate init. Every key and its default: docs/configuration.md; check: tiergate config check',
    'tiers:',
    '  1:',
    '    targets:',
    `      - id: ${id}`,
    `        model_file: ${modelFile}`,
    '',
  ].join('\n');

/** A key may be written 1 or "1". */
const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => String(pair.key) === key);

function mapIn(parent: YAMLMap, key: string, fresh: () => YAMLMap): YAMLMap {
  const found = pairOf(parent, key);
  if (found !== undefined && isMap(found.value)) return found.value;
  const made = fresh();
  if (found === undefined) parent.add({ key: /^\d+$/.test(key) ? Number(key) : key, value: made });
  else found.value = made;
  return made;
}

function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** @throws {GatewayError} CONFIG_INVALID: the file is not good as it is, so that it is left alone */
function readGood(path: string): string {
  const { loaded, problems } = checkConfig({ path, env: process.env, cwd: process.cwd() });
  if (loaded === null)
    throw new GatewayError(
      'CONFIG_INVALID',
      `${displayPath(path)} is left as it is, because it has problems:\n${formatProblems(problems)}`,
    );
  return readFileSync(path, 'utf8');
}

/** The file that `init` writes: tiergate.yaml of the working folder, or what TIERGATE_CONFIG names. */
export const configToWrite = (): string =>
  process.env['TIERGATE_CONFIG'] || join(process.cwd(), 'tiergate.yaml');

/**
 * Makes `target` the one of Level 1.
 * @param mayReplace where Level 1 has other targets
 * @throws {GatewayError} CONFIG_INVALID
 */
export async function writeLevelOne(
  path: string,
  target: LocalTarget,
  mayReplace: (before: string[]) => Promise<boolean>,
): Promise<Written> {
  if (!existsSync(path)) {
    write(path, newConfig(target));
    return { path, change: 'created', before: [] };
  }
  const doc = parseDocument(readGood(path));
  const fresh = (): YAMLMap => doc.createNode({}) as YAMLMap;
  if (!isMap(doc.contents)) doc.contents = fresh() as never;
  const level = mapIn(mapIn(doc.contents as unknown as YAMLMap, 'tiers', fresh), '1', fresh);
  const targets = pairOf(level, 'targets')?.value;
  const before = isSeq(targets)
    ? targets.items.map((each) =>
        isMap(each) ? { id: String(each.get('id')), file: each.get('model_file') } : null,
      )
    : [];
  const ids = before.flatMap((each) => (each === null ? [] : [each.id]));
  if (before.some((each) => each?.file === target.modelFile))
    return { path, change: 'unchanged', before: ids };
  if (ids.length > 0 && !(await mayReplace(ids))) return { path, change: 'kept', before: ids };
  level.set('targets', doc.createNode([{ id: target.id, model_file: target.modelFile }]));
  write(path, doc.toString());
  return { path, change: 'updated', before: ids };
}
