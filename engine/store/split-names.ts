// Models in several files: NAME-00001-of-00003.gguf and so on. Source: llama.cpp, llama_split_path.
import { GatewayError } from '../../contract/errors.ts';

export interface SplitName {
  stem: string;
  /** 1 … count */
  part: number;
  count: number;
}

const SPLIT = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/** Null: the file is whole. Takes a name or a path. */
export function splitName(file: string): SplitName | null {
  const [, stem, part, count] = SPLIT.exec(file) ?? [];
  if (stem === undefined) return null;
  const found = { stem, part: Number(part), count: Number(count) };
  return found.part >= 1 && found.part <= found.count ? found : null;
}

const five = (n: number): string => String(n).padStart(5, '0');

/** All files of the model that this one is of, in order: itself when it is whole. */
export function partFiles(file: string): string[] {
  const split = splitName(file);
  if (split === null) return [file];
  const { stem, count } = split;
  return Array.from({ length: count }, (_, i) => `${stem}-${five(i + 1)}-of-${five(count)}.gguf`);
}

/** `models/Qwen3-0.6B-Q8_0.gguf` is `Qwen3-0.6B-Q8_0`, and so are all parts of such a split model. */
export const modelStem = (path: string): string =>
  (splitName(path)?.stem ?? path.replace(/\.gguf$/i, '')).replace(/^.*\//, '');

/**
 * Files by path as models: the parts of a split model together, in order.
 * Sets with missing parts are left out, or with `strict` refused.
 * @throws {GatewayError} MODEL_FILE_INVALID naming the missing parts
 */
export function groupParts<T>(files: ReadonlyMap<string, T>, { strict = false } = {}): [string, T[]][] {
  const models: [string, T[]][] = [];
  for (const path of files.keys()) {
    const names = partFiles(path);
    if (names.find((name) => files.has(name)) !== path) continue;
    const missing = names.filter((name) => !files.has(name));
    if (missing.length === 0) models.push([names[0]!, names.map((name) => files.get(name)!)]);
    else if (strict)
      throw new GatewayError(
        'MODEL_FILE_INVALID',
        `${names.length - missing.length} of ${names.length} parts of ${names[0]} are there; missing: ${missing.join(', ')}`,
      );
  }
  return models;
}
