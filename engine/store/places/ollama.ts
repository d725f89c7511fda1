// Ollama's store: manifests/HOST/NAMESPACE/MODEL/TAG name a blob, blobs/sha256-HEX is the GGUF file.
// Source: ollama, server/modelpath.go and server/manifest.go.
import { join } from 'node:path';
import { z } from 'zod';
import { fileBytes, homeOf, namesIn, textIn } from '../folders.ts';
import type { Place, StoredModel } from '../stored-model.ts';

const DEFAULT_HOST = 'registry.ollama.ai';
const MODEL_LAYER = 'application/vnd.ollama.image.model';

const manifestSchema = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })),
});

/** Null: no GGUF model, or its blob is not there. Models of several blobs are not GGUF files. */
function modelOf(root: string, [host, namespace, model, tag]: string[]): StoredModel | null {
  let json: unknown;
  try {
    json = JSON.parse(textIn(join(root, 'manifests', host!, namespace!, model!, tag!)));
  } catch {
    return null;
  }
  const layers = manifestSchema
    .safeParse(json)
    .data?.layers.filter(({ mediaType }) => mediaType === MODEL_LAYER);
  const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(layers?.[0]?.digest ?? '') ?? [];
  if (layers?.length !== 1 || sha256 === undefined) return null;
  const path = join(root, 'blobs', `sha256-${sha256}`);
  const bytes = fileBytes(path);
  if (bytes === null) return null;
  const short = namespace === 'library' ? model : `${namespace}/${model}`;
  const name = `ollama:${host === DEFAULT_HOST ? short : `${host}/${namespace}/${model}`}:${tag}`;
  return { name, place: 'Ollama', revision: null, files: [{ path, bytes, sha256 }] };
}

export const ollama: Place = {
  name: 'Ollama',
  /** The second one is where its Linux service keeps models. */
  folders: (env) =>
    env['OLLAMA_MODELS']
      ? [env['OLLAMA_MODELS']]
      : [join(homeOf(env), '.ollama/models'), '/usr/share/ollama/.ollama/models'],
  list(env, cwd) {
    return ollama.folders(env, cwd).flatMap((root) => {
      let paths: string[][] = [[]];
      for (let level = 0; level < 4; level++)
        paths = paths.flatMap((path) =>
          namesIn(join(root, 'manifests', ...path)).map((name) => [...path, name]),
        );
      return paths.flatMap((path) => modelOf(root, path) ?? []);
    });
  },
};
