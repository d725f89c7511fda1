// Texts to vectors: each input runs through the scheduler like a prompt, and its pooled hidden state is the answer.
import { GatewayError } from '../contract/errors.ts';
import type { NativePooling } from './binding.ts';
import type { HostEmbeddingRequest } from './embedding-request.ts';
import type { Model } from './model.ts';
import type { Scheduler } from './scheduler.ts';
import { checkTokens } from './text-prompt.ts';

export const POOLINGS = { mean: 1, cls: 2, last: 3 } as const satisfies Record<string, NativePooling>;
export type PoolingName = keyof typeof POOLINGS;

/**
 * Model families whose vectors may be cut to their first values and keep their meaning (Kusupati et al.,
 * "Matryoshka Representation Learning", 2022), by general.name or file name: GGUF has no key for it.
 */
const MATRYOSHKA =
  /qwen3[-_ ]?embedding|embedding[-_ ]?gemma|nomic[-_ ]?embed[-_ ]?text[-_ ]?v(?:1\.5|2)|jina[-_ ]?embeddings[-_ ]?v[3-9]|mxbai[-_ ]?embed|arctic[-_ ]?embed[-_ ]?[lm][-_ ]?v(?:1\.5|2)/i;

export interface Embedder {
  model: Model;
  scheduler: Scheduler;
  pooling: PoolingName;
}

/**
 * The file's pooling, unless one is given; of a file that names none: the last token's state, which has seen all, and of
 * an encoder, where every token has, their mean.
 */
export function poolingOf(model: Model, given: PoolingName | undefined): PoolingName {
  const names = Object.keys(POOLINGS) as PoolingName[];
  const usual = model.info.isCausal ? 'last' : 'mean';
  return given ?? names.find((name) => POOLINGS[name] === model.info.pooling) ?? usual;
}

/** Token ids of an input, with the start and end tokens that the file asks for. */
function inputTokens(model: Model, input: string | number[]): Int32Array {
  if (typeof input === 'string') return model.tokenize(input, { special: true });
  checkTokens(model, input, 'input');
  return Int32Array.from(input);
}

function checkDimensions({ id, info }: Model, dimensions: number | null): void {
  if (dimensions === null || dimensions === info.dModel) return;
  const { dModel, name } = info;
  const advice = `leave dimensions out or give ${dModel}`;
  if (dimensions > dModel) {
    throw new GatewayError(
      'INVALID_REQUEST',
      `dimensions is ${dimensions}, and ${id} has ${dModel}; ${advice}`,
      { param: 'dimensions' },
    );
  }
  if (!MATRYOSHKA.test(name) && !MATRYOSHKA.test(id)) {
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `the vectors of ${id} cannot be shortened to ${dimensions}: it was not trained for that; ${advice}`,
      { param: 'dimensions' },
    );
  }
}

/** The first values, scaled to length 1 again. */
function shortened(vector: Float32Array, dimensions: number): Float32Array {
  const head = vector.subarray(0, dimensions);
  const length = Math.sqrt(head.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? head : head.map((value) => value / length);
}

/**
 * The response body; vectors of length 1, in the order of the inputs.
 * @throws {GatewayError} INVALID_REQUEST, UNSUPPORTED_FEATURE, and as `Scheduler.run`
 */
export async function embed(
  { model, scheduler, pooling }: Embedder,
  { inputs, base64, dimensions }: HostEmbeddingRequest,
  signal: AbortSignal,
): Promise<object> {
  if (model.info.pooling === RANK) {
    throw new GatewayError(
      'UNSUPPORTED_FEATURE',
      `${model.id} ranks documents and gives no embeddings; use POST /v1/rerank, or a model that embeds`,
      { param: 'model' },
    );
  }
  checkDimensions(model, dimensions);
  const prompts = inputs.map((input) => inputTokens(model, input));
  const vectors = await pooledStates(scheduler, prompts, POOLINGS[pooling], signal);
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  return {
    object: 'list',
    model: model.id,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: written(dimensions === null ? vector : shortened(vector, dimensions), base64),
    })),
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

/** The pooling type of models with a ranking head. */
export const RANK: NativePooling = 4;
const SIDE_BY_SIDE = 4;

/** Each prompt's pooled state, in their order. @throws {GatewayError} as `Scheduler.run`; then the others end too */
export async function pooledStates(
  scheduler: Scheduler,
  prompts: readonly Int32Array[],
  pooling: NativePooling,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const states: Float32Array[] = [];
  let next = 0;
  const runSome = async (): Promise<void> => {
    while (next < prompts.length) {
      const index = next++;
      states[index] = await scheduler.embed(prompts[index]!, pooling, either);
    }
  };
  try {
    // A request of many inputs takes as many places in the queue as run at once, not one for each.
    await Promise.all(Array.from({ length: Math.min(prompts.length, SIDE_BY_SIDE) }, runSome));
  } finally {
    left.abort();
  }
  return states;
}

function written(vector: Float32Array, base64: boolean): number[] | string {
  if (!base64) return [...vector];
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    bytes.writeFloatLE(value, index * 4);
  });
  return bytes.toString('base64');
}
