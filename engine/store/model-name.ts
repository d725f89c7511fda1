// How a model is named where a file could stand: `hf:ORG/REPO[:QUANT|/FILE]`, `ollama:NAME[:TAG]`,
// `lmstudio:PUBLISHER/REPO/FILE`, `local/NAME`; anything else is a path.
import { GatewayError } from '../../contract/errors.ts';

export interface HubName {
  /** `ORG/REPO` */
  repo: string;
  /** As written, e.g. `Q4_K_M`; null: none was asked for. */
  quantisation: string | null;
  /** Path below the repository's root, of a split model any of its parts; null: none was asked for. */
  file: string | null;
}

/** Of a repository or organisation. Source: huggingface_hub, utils/_validators.py. */
const REPO_PART = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
const QUANTISATION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/;
const FORM = 'write hf:ORG/REPO, hf:ORG/REPO:QUANTISATION or hf:ORG/REPO/FILE.gguf';

/** Is this a name of the model store, not a path? */
export const isModelName = (text: string): boolean => /^(?:hf|ollama|lmstudio):|^local\//.test(text);

/** No segment leaves its folder, none is hidden, and nothing is odd in a terminal. */
const isPlainPath = (path: string): boolean =>
  path.length <= 400 && path.split('/').every((part) => /^[\w(+@-][\w .+@=,()[\]-]*$/.test(part));

/** @throws {GatewayError} INVALID_REQUEST naming what is wrong */
export function parseHubName(text: string): HubName {
  const refuse = (why: string): never => {
    throw new GatewayError('INVALID_REQUEST', `"${text.slice(0, 200)}" ${why}; ${FORM}`);
  };
  if (!text.startsWith('hf:')) return refuse('does not begin with hf:');
  const [organisation = '', rest = '', ...path] = text.slice('hf:'.length).split('/');
  const [repository = '', quantisation, ...more] = rest.split(':');
  if (!REPO_PART.test(organisation) || !REPO_PART.test(repository))
    return refuse('does not name a repository');
  const repo = `${organisation}/${repository}`;
  if (quantisation !== undefined) {
    if (path.length > 0 || more.length > 0) return refuse('names both a quantisation and a file');
    if (!QUANTISATION.test(quantisation)) return refuse('does not name a quantisation');
    return { repo, quantisation, file: null };
  }
  if (path.length === 0) return { repo, quantisation: null, file: null };
  const file = path.join('/');
  if (!isPlainPath(file)) return refuse('has no plain file path');
  if (!/\.gguf$/i.test(file)) return refuse('does not name a .gguf file');
  return { repo, quantisation: null, file };
}

/** May a file of this path, told by a server, be written below a folder? */
export const isSafeGgufPath = (path: string): boolean => isPlainPath(path) && /\.gguf$/i.test(path);

export const hubFileName = (repo: string, file: string): string => `hf:${repo}/${file}`;
