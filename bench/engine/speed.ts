// Tokens a second of both engines on one larger model of random weights, one run after the other in turns.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NativeEngine, nativeAddon } from '../../engine/binding.ts';
import { f32, type GgufTensor, str, u32, writeGguf } from '../../test/support/gguf-writer.ts';
import type { TensorType } from '../../test/support/tensor-encoding.ts';
import { tinyVocabulary } from '../../test/support/tiny-vocabulary.ts';
import type { LlamaCpp } from './llama-cpp.ts';

// Qwen3-0.6B's layer, six of its 28, and a vocabulary of a few hundred.
const shape = { dModel: 1024, nHeads: 16, nKvHeads: 8, headDim: 128, dFf: 3072, nLayers: 6 };
const nPrompt = 256;
const nDecode = 64;
const nRounds = 5;
// One thread compares the kernels: with two on a busy machine of two virtual cores llama.cpp's prebuilt binary fell from
// 193 to 54 tokens/s in decode (2026-11-23, cause not examined), which would measure the scheduler.
const nThreads = 1;

function writeModel(path: string, type: TensorType): void {
  const { dModel, nHeads, nKvHeads, headDim, dFf, nLayers } = shape;
  const vocabulary = tinyVocabulary('gpt2');
  let state = 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  // Layers share their values (not their bytes in the file): making numbers takes longest.
  const values = new Map<string, Float32Array>();
  const tensors: GgufTensor[] = [];
  const matrix = (prefix: string, name: string, columns: number, rows: number): void => {
    const data =
      values.get(name) ?? new Float32Array(columns * rows).map(() => uniform() * Math.sqrt(3 / columns));
    values.set(name, data);
    tensors.push({ name: `${prefix}${name}.weight`, shape: [columns, rows], type, data });
  };
  const ones = (name: string, length: number): void => {
    tensors.push({
      name: `${name}.weight`,
      shape: [length],
      type: 'F32',
      data: new Float32Array(length).fill(1),
    });
  };
  matrix('', 'token_embd', dModel, vocabulary.tokens.length);
  for (let layer = 0; layer < nLayers; layer++) {
    const block = `blk.${layer}.`;
    ones(`${block}attn_norm`, dModel);
    matrix(block, 'attn_q', dModel, nHeads * headDim);
    matrix(block, 'attn_k', dModel, nKvHeads * headDim);
    matrix(block, 'attn_v', dModel, nKvHeads * headDim);
    ones(`${block}attn_q_norm`, headDim);
    ones(`${block}attn_k_norm`, headDim);
    matrix(block, 'attn_output', nHeads * headDim, dModel);
    ones(`${block}ffn_norm`, dModel);
    matrix(block, 'ffn_gate', dModel, dFf);
    matrix(block, 'ffn_up', dModel, dFf);
    matrix(block, 'ffn_down', dFf, dModel);
  }
  ones('output_norm', dModel);
  const metadata = {
    'general.architecture': str('qwen3'),
    'qwen3.context_length': u32(1024),
    'qwen3.embedding_length': u32(dModel),
    'qwen3.block_count': u32(nLayers),
    'qwen3.feed_forward_length': u32(dFf),
    'qwen3.attention.head_count': u32(nHeads),
    'qwen3.attention.head_count_kv': u32(nKvHeads),
    'qwen3.attention.key_length': u32(headDim),
    'qwen3.attention.value_length': u32(headDim),
    'qwen3.attention.layer_norm_rms_epsilon': f32(1e-6),
    'qwen3.rope.freq_base': f32(1_000_000),
    ...vocabulary.metadata,
  };
  writeGguf(path, { metadata, tensors });
}

interface Seconds {
  prefillS: number;
  decodeS: number;
}

async function timeOurs(engine: NativeEngine, ids: number[]): Promise<Seconds> {
  const session = engine.newSession();
  session.setSampler({ temperature: 0 });
  const take = async (tokens: number[]): Promise<number> => {
    const [result] = await engine.step([{ session, tokens: Int32Array.from(tokens), sample: true, nTop: 0 }]);
    return result?.token ?? 0;
  };
  const start = performance.now();
  let token = await take(ids);
  const middle = performance.now();
  for (let i = 0; i < nDecode; i++) token = await take([token]);
  session.close();
  return { prefillS: (middle - start) / 1000, decodeS: (performance.now() - middle) / 1000 };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Prints medians of five runs each, in tokens a second, and our share of llama.cpp's. */
export async function printSpeed(peer: LlamaCpp): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-speed-'));
  const ids = Array.from({ length: nPrompt }, (_, i) => (i * 7) % 256);
  try {
    for (const type of ['Q8_0', 'Q4_0'] as const) {
      const path = join(folder, `${type}.gguf`);
      writeModel(path, type);
      await peer.open(path, { nCtx: 512, nThreads });
      const model = await nativeAddon().openModel(path, '');
      const engine = model.createEngine({ nCtx: 512, nThreads });
      const ours: Seconds[] = [];
      const theirs: Seconds[] = [];
      for (let round = 0; round <= nRounds; round++) {
        const pair = [await timeOurs(engine, ids), await peer.time(ids, nDecode)] as const;
        if (round === 0) continue; // the first warms pages and caches
        ours.push(pair[0]);
        theirs.push(pair[1]);
      }
      engine.close();
      model.close();
      rmSync(path);
      for (const [name, n, key] of [
        ['prefill', nPrompt, 'prefillS'],
        ['decode', nDecode, 'decodeS'],
      ] as const) {
        const [our, their] = [ours, theirs].map((runs) => n / median(runs.map((run) => run[key])));
        console.log(
          `${type} ${name.padEnd(8)} ours ${our?.toFixed(1).padStart(7)} tokens/s, llama.cpp ${their?.toFixed(1).padStart(7)}` +
            ` (${((our ?? 0) / (their ?? 1)).toFixed(2)} times), ${nThreads} thread(s)`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
