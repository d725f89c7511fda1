// Embeddings and fill-in-the-middle tokens beside llama.cpp (node-llama-cpp, in a process of its own), on random models.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasNodeLlamaCpp, LlamaCpp } from '../../bench/engine/llama-cpp.ts';
import type { NativeEngine, NativePooling } from '../../engine/binding.ts';
import { Model } from '../../engine/model.ts';
import { array, u32 } from '../support/gguf-writer.ts';
import { type TinyGgufOptions, tinyModel } from '../support/tiny-gguf.ts';
import { tinyVocabulary } from '../support/tiny-vocabulary.ts';

const reason = hasNodeLlamaCpp ? '' : ' (skipped: bench/peers is not installed, see bench/peers/README.md)';

const poolings = { mean: 1, cls: 2, last: 3 } as const;

const pooled = (
  architecture: 'llama' | 'qwen2' | 'qwen3',
  pooling: NativePooling,
  tensorType: 'F32' | 'Q8_0',
): string =>
  tinyModel({ architecture, tensorType, metadata: { [`${architecture}.pooling_type`]: u32(pooling) } });

async function embed(engine: NativeEngine, ids: number[], pooling: NativePooling): Promise<Float32Array> {
  const session = engine.newSession();
  const [result] = await engine.step([
    { session, tokens: Int32Array.from(ids), sample: false, nTop: 0, pooling },
  ]);
  session.close();
  return result!.embedding!;
}

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
};

describe.skipIf(!hasNodeLlamaCpp)(`beside llama.cpp${reason}`, () => {
  let peer: LlamaCpp;
  beforeAll(async () => {
    peer = await LlamaCpp.start();
  });
  afterAll(() => peer?.stop());

  const cases = (['llama', 'qwen2', 'qwen3'] as const).flatMap((architecture) =>
    (['mean', 'cls', 'last'] as const).flatMap((name) =>
      (['F32', 'Q8_0'] as const).map((tensorType) => ({ architecture, name, tensorType })),
    ),
  );
  it.each(cases)(
    '$architecture $tensorType, $name: the same vectors',
    async ({ architecture, name, tensorType }) => {
      const path = pooled(architecture, poolings[name], tensorType);
      await peer.open(path, { nCtx: 512, nThreads: 1 });
      const model = await Model.open(path);
      const engine = model.createEngine({ contextTokens: 512, kvTokens: 512, batchTokens: 256 });
      expect(model.info.pooling).toBe(poolings[name]);
      const texts = ['Hello world', 'a', 'The little dog was happy because it could hold its hat'].map(
        (text) => [...model.tokenize(text, { special: true })],
      );
      const theirs = await peer.embed(texts);
      for (const [index, ids] of texts.entries()) {
        const ours = await embed(engine, ids, model.info.pooling);
        expect(ours).toHaveLength(theirs[index]!.length);
        expect(cosine(ours, theirs[index]!)).toBeGreaterThan(tensorType === 'F32' ? 0.99999 : 0.999);
        expect(Math.hypot(...ours)).toBeCloseTo(1, 5);
      }
      engine.close();
      model.close();
    },
  );

  const { tokens } = tinyVocabulary('gpt2');
  const unused = tokens.flatMap((token, id) => (token.startsWith('<|unused') ? [id] : []));
  const named = (texts: string[]): TinyGgufOptions['metadata'] => ({
    'tokenizer.ggml.tokens': array(
      'string',
      tokens.map((token, id) => texts[unused.indexOf(id)] ?? token),
    ),
  });
  const vocabularies: Record<string, TinyGgufOptions['metadata']> = {
    'no such tokens': {},
    'keys of today': {
      'tokenizer.ggml.fim_pre_token_id': u32(unused[0]!),
      'tokenizer.ggml.fim_suf_token_id': u32(unused[1]!),
      'tokenizer.ggml.fim_mid_token_id': u32(unused[2]!),
    },
    'keys of old': {
      'tokenizer.ggml.prefix_token_id': u32(unused[2]!),
      'tokenizer.ggml.suffix_token_id': u32(unused[1]!),
      'tokenizer.ggml.middle_token_id': u32(unused[0]!),
    },
    'the texts of Qwen': named(['<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>']),
    'the texts of Granite': named(['<fim_prefix>', '<fim_middle>', '<fim_suffix>']),
    'the texts of DeepSeek': named(['<｜fim▁hole｜>', '<｜fim▁begin｜>', '<｜fim▁end｜>']),
  };
  it.each(Object.keys(vocabularies))('finds the same fill-in-the-middle tokens: %s', async (name) => {
    const metadata = vocabularies[name]!;
    const path = tinyModel({ architecture: 'qwen2', metadata });
    await peer.open(path, { nCtx: 512, nThreads: 1 });
    const model = await Model.open(path);
    const { fimPrefixToken, fimSuffixToken, fimMiddleToken } = model.info;
    model.close();
    expect([fimPrefixToken, fimSuffixToken, fimMiddleToken]).toEqual(
      (await peer.infillTokens()).map((token) => token ?? -1),
    );
    expect(fimMiddleToken >= 0).toBe(name !== 'no such tokens');
  });
});
