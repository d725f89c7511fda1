// config.json of a Hugging Face model, asked key by key.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable } from './source.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Null when there is no such file. @throws {GatewayError} MODEL_FILE_INVALID when it is not a JSON object */
export async function readJson(folder: string, name: string): Promise<Json | null> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw unreadable(path, `is not JSON (${(error as Error).message})`);
  }
  throw unreadable(path, 'is not a JSON object');
}

export class ModelConfig {
  readonly path: string;
  readonly #values: Json;

  constructor(path: string, values: Json) {
    this.path = path;
    this.#values = values;
  }

  /** @throws {GatewayError} MODEL_FILE_INVALID when the key has no number and there is no fallback */
  number(key: string, fallback?: number): number {
    const value = this.#values[key] ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw unreadable(this.path, `"${key}" should be a number, it is ${JSON.stringify(value) ?? 'missing'}`);
  }

  text(key: string): string | undefined {
    const value = this.#values[key];
    return typeof value === 'string' ? value : undefined;
  }

  flag(key: string): boolean {
    return this.#values[key] === true;
  }

  strings(key: string): string[] {
    const value = this.#values[key];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  numbers(key: string): number[] {
    const value = this.#values[key];
    return Array.isArray(value) ? value.map(Number) : [];
  }

  /** A nested object; undefined when there is none. */
  nested(key: string): ModelConfig | undefined {
    const value = this.#values[key];
    return isObject(value) ? new ModelConfig(this.path, value) : undefined;
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined && this.#values[key] !== null;
  }

  /** d_model / heads where config.json does not say. */
  get headDim(): number {
    return this.number('head_dim', this.number('hidden_size') / this.number('num_attention_heads'));
  }

  get kvHeads(): number {
    return this.number('num_key_value_heads', this.number('num_attention_heads'));
  }

  /** How RoPE is stretched: `rope_scaling`, or `rope_parameters` of newer files. */
  get rope(): ModelConfig | undefined {
    return this.nested('rope_scaling') ?? this.nested('rope_parameters');
  }

  /** Kind of the stretching; "default": none. */
  get ropeType(): string {
    return this.rope?.text('rope_type') ?? this.rope?.text('type') ?? 'default';
  }

  ropeTheta(fallback: number): number {
    const nested = this.nested('rope_parameters');
    return this.number('rope_theta', nested?.has('rope_theta') ? nested.number('rope_theta') : fallback);
  }
}
