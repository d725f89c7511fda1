// What llama.cpp computed of the models of dense-models.ts: test/fixtures/logits/<label>.json, written by
// bench/engine/record-logits.ts.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';

export interface RecordedLogits {
  /** Of llama.cpp, and what runs it. */
  origin: string;
  /** SHA-256 of the model's file, its first 16 hexadecimal digits. */
  model: string;
  /** Of longText. */
  ids: number[];
  /** llama.cpp's greedy continuation. */
  tokens: number[];
  /** (tokens.length, n): what each was taken from, at every `logitStep`th id. */
  logits: number[][];
}

export const logitStep = 23;

export const recordedPath = (label: string): string =>
  join(packageRoot, 'test', 'fixtures', 'logits', `${label.replaceAll(/[^\w]+/g, '-')}.json`);

export const recordedLogits = (label: string): RecordedLogits =>
  JSON.parse(readFileSync(recordedPath(label), 'utf8')) as RecordedLogits;

export const digestOf = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);

/** What a recording keeps of a row of logits. */
export const samplesOf = (logits: Float32Array): number[] =>
  [...logits].filter((_, id) => id % logitStep === 0);
