// Collects an importance matrix: runs a text through a model and sums the squares of what each matrix multiplies.
import { GatewayError } from '../../contract/errors.ts';
import { nativeAddon } from '../binding.ts';
import { checkIsFile, fromNativeError } from '../model.ts';
import type { ImportanceSums } from './file.ts';

export interface CollectOptions {
  /** Tokens read together, from an empty context; default 512, as in llama-imatrix. */
  chunkTokens?: number;
  /** Reads no more than so many chunks. */
  maxChunks?: number;
  threads?: number;
  onProgress?: (done: number, total: number) => void;
}

export interface CollectedImportance {
  entries: Map<string, ImportanceSums>;
  chunks: number;
  chunkTokens: number;
  tokens: number;
  seconds: number;
}

const DEFAULT_CHUNK = 512;

/** The text in chunks, each after the start token where the model has one. */
function chunksOf(ids: Int32Array, size: number, bos: number | null): Int32Array[] {
  const chunks: Int32Array[] = [];
  const step = bos === null ? size : size - 1;
  for (let at = 0; at < ids.length; at += step) {
    const part = ids.subarray(at, at + step);
    chunks.push(bos === null ? part : Int32Array.of(bos, ...part));
  }
  return chunks;
}

/**
 * Only of the layers' matrices: embeddings and output are quantised without, as llama.cpp does.
 * @throws {GatewayError} MODEL_FILE_INVALID, MODEL_FORMAT_UNSUPPORTED; INVALID_REQUEST for an empty text
 */
export async function collectImportance(
  model: string,
  text: string,
  { chunkTokens = DEFAULT_CHUNK, maxChunks, threads = 0, onProgress }: CollectOptions = {},
): Promise<CollectedImportance> {
  const begun = performance.now();
  await checkIsFile(model);
  const native = await nativeAddon()
    .openModel(model, '')
    .catch((error: unknown) => {
      throw fromNativeError(error);
    });
  try {
    const { addBos, bosToken, nCtxTrain } = native.info();
    const size = Math.max(2, Math.min(chunkTokens, nCtxTrain));
    const ids = native.tokenize(text, false, false);
    if (ids.length === 0)
      throw new GatewayError('INVALID_REQUEST', 'the text is empty: give one of some pages');
    const chunks = chunksOf(ids, size, addBos && bosToken >= 0 ? bosToken : null).slice(0, maxChunks);
    const engine = native.createEngine({ nThreads: threads, nCtx: size, nKvTokens: 2 * size, nBatch: size });
    try {
      engine.collectImportance();
      for (const [i, tokens] of chunks.entries()) {
        const session = engine.newSession();
        await engine.step([{ session, tokens, sample: false, nTop: 0 }]);
        session.close();
        onProgress?.(i + 1, chunks.length);
      }
      const entries = engine
        .importance()
        .flatMap(({ tensor, sums, counts }): [string, ImportanceSums][] =>
          tensor.startsWith('blk.') ? [[tensor, { sums, counts }]] : [],
        );
      return {
        entries: new Map(entries),
        chunks: chunks.length,
        chunkTokens: size,
        tokens: chunks.reduce((sum, { length }) => sum + length, 0),
        seconds: (performance.now() - begun) / 1000,
      };
    } catch (error) {
      throw fromNativeError(error);
    } finally {
      engine.close();
    }
  } finally {
    native.close();
  }
}
