// A schema document: its drafts' differences, and what its references point to.
// Source: JSON Schema drafts 7, 2019-09 and 2020-12, core, section 8.
import type { JsonSchema } from '../../constraint.ts';
import { SchemaRefused } from './refused.ts';

export type SchemaObject = { [keyword: string]: unknown };
export type Draft = 7 | 2019 | 2020;

const NO_SCHEMAS = new Set(['enum', 'const', 'default', 'examples']);
const ROOT = 'schema://root/';

export const isObject = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class SchemaDocument {
  readonly root: JsonSchema;
  readonly draft: Draft;
  readonly #bases = new Map<object, string>();
  readonly #paths = new Map<object, string>();
  readonly #places = new Map<string, JsonSchema>();

  constructor(root: JsonSchema) {
    this.root = root;
    const declared = isObject(root) ? String(root['$schema'] ?? '') : '';
    this.draft = /draft-0[3-7]/.test(declared) ? 7 : declared.includes('2019-09') ? 2019 : 2020;
    this.#places.set(ROOT, root);
    this.#index(root, ROOT, '#');
  }

  /** A JSON pointer for people. */
  path(schema: object): string {
    return this.#paths.get(schema) ?? '#';
  }

  /** Gives a schema that stands for a part of `of` its place. */
  adopt<T extends object>(made: T, of: object): T {
    const [base, path] = [this.#bases.get(of), this.#paths.get(of)];
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || this.#bases.has(value)) return;
      this.#bases.set(value, base ?? ROOT);
      this.#paths.set(value, path ?? '#');
      for (const child of Object.values(value)) visit(child);
    };
    visit(made);
    return made;
  }

  #index(value: unknown, base: string, path: string): void {
    if (typeof value !== 'object' || value === null || this.#bases.has(value)) return;
    let own = base;
    if (isObject(value)) {
      const id = value['$id'] ?? (this.draft === 7 ? value['id'] : undefined);
      if (typeof id === 'string' && !(this.draft === 7 && '$ref' in value))
        own = this.#register(id, base, value);
      if (typeof value['$anchor'] === 'string') this.#places.set(`${own}#${value['$anchor']}`, value);
      if (typeof value['$dynamicAnchor'] === 'string')
        this.#places.set(`${own}#${value['$dynamicAnchor']}`, value);
    }
    this.#bases.set(value, own);
    this.#paths.set(value, path);
    for (const [key, child] of Object.entries(value))
      if (!NO_SCHEMAS.has(key))
        this.#index(child, own, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }

  #register(id: string, base: string, value: SchemaObject): string {
    const resolved = resolve(id, base);
    if (resolved === null) return base;
    const [document, fragment] = split(resolved);
    if (fragment) this.#places.set(resolved, value);
    else this.#places.set(document, value);
    return document;
  }

  /** @throws {SchemaRefused} when it points to nothing, or outside the document */
  target(ref: string, from: object): JsonSchema {
    const refuse = (why: string): never => {
      throw new SchemaRefused('$ref', this.path(from), `${why}: ${JSON.stringify(ref)}`);
    };
    const resolved = resolve(ref, this.#bases.get(from) ?? ROOT) ?? refuse('is no reference');
    const [document, fragment] = split(resolved);
    const named = this.#places.get(fragment ? resolved : document);
    if (named !== undefined) return named;
    let at: unknown = this.#places.get(document);
    if (at === undefined) return refuse('points outside the schema');
    if (fragment !== '' && !fragment.startsWith('/')) return refuse('points to an anchor that is not there');
    for (const step of fragment.split('/').slice(1)) {
      const key = decode(step).replaceAll('~1', '/').replaceAll('~0', '~');
      const isThere = typeof at === 'object' && at !== null && Object.hasOwn(at, key);
      at = isThere ? (at as Record<string, unknown>)[key] : refuse('points to nothing');
    }
    if (typeof at !== 'boolean' && !isObject(at)) return refuse('points to something that is no schema');
    return at;
  }
}

function resolve(reference: string, base: string): string | null {
  if (reference.startsWith('#')) return `${base}${reference === '#' ? '' : reference}`;
  try {
    return new URL(reference, base).href;
  } catch {
    return null;
  }
}

function split(uri: string): [document: string, fragment: string] {
  const at = uri.indexOf('#');
  return at < 0 ? [uri, ''] : [uri.slice(0, at), uri.slice(at + 1)];
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
