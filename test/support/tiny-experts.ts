// The experts of a tiny model's layer, in place of its MLP.
import { type GgufValue, u32 } from './gguf-writer.ts';
import type { TensorType } from './tensor-encoding.ts';

export interface TinyExperts {
  count: number;
  /** Of each token. */
  used: number;
  /** Values of an expert's hidden layer. */
  width: number;
  /** Default: as the other matrices. */
  tensorType?: TensorType;
}

const SHARED_WIDTH = 128;

export function expertMetadata(architecture: string, { count, used, width }: TinyExperts) {
  const metadata: Record<string, GgufValue> = {
    [`${architecture}.expert_count`]: u32(count),
    [`${architecture}.expert_used_count`]: u32(used),
  };
  // llama's experts are as wide as feed_forward_length says.
  if (architecture === 'llama') metadata['llama.feed_forward_length'] = u32(width);
  else metadata[`${architecture}.expert_feed_forward_length`] = u32(width);
  if (architecture === 'qwen2moe') metadata['qwen2moe.expert_shared_feed_forward_length'] = u32(SHARED_WIDTH);
  return metadata;
}

interface Writer {
  add(name: string, shape: number[], type: TensorType, value: () => number): unknown;
  /** Normally distributed values of that size. */
  normal(size: number): () => number;
  tensorType: TensorType;
  dModel: number;
}

export function addExperts(
  { add, normal, tensorType, dModel }: Writer,
  block: string,
  { count, used, width, ...experts }: TinyExperts,
  architecture: string,
): void {
  const type = experts.tensorType ?? tensorType;
  // Scores of a deviation of 4: the last expert chosen weighs little, so that a rounding which makes it another one
  // changes little.
  add(`${block}ffn_gate_inp.weight`, [dModel, count], 'F32', normal(4 / Math.sqrt(dModel)));
  const loud = Math.sqrt(used);
  add(`${block}ffn_gate_exps.weight`, [dModel, width, count], type, normal(1 / Math.sqrt(dModel)));
  add(`${block}ffn_up_exps.weight`, [dModel, width, count], type, normal(1 / Math.sqrt(dModel)));
  add(`${block}ffn_down_exps.weight`, [width, dModel, count], type, normal(loud / Math.sqrt(width)));
  if (architecture === 'gpt-oss') {
    add(`${block}ffn_gate_inp.bias`, [count], 'F32', normal(0.5));
    // Wide enough that the clamp at 7 is met.
    add(`${block}ffn_gate_exps.bias`, [width, count], 'F32', normal(3));
    add(`${block}ffn_up_exps.bias`, [width, count], 'F32', normal(3));
    add(`${block}ffn_down_exps.bias`, [dModel, count], 'F32', normal(0.5));
  }
  if (architecture !== 'qwen2moe') return;
  add(`${block}ffn_gate_inp_shexp.weight`, [dModel], 'F32', normal(1 / Math.sqrt(dModel)));
  add(`${block}ffn_gate_shexp.weight`, [dModel, SHARED_WIDTH], tensorType, normal(1 / Math.sqrt(dModel)));
  add(`${block}ffn_up_shexp.weight`, [dModel, SHARED_WIDTH], tensorType, normal(1 / Math.sqrt(dModel)));
  add(
    `${block}ffn_down_shexp.weight`,
    [SHARED_WIDTH, dModel],
    tensorType,
    normal(1 / Math.sqrt(SHARED_WIDTH)),
  );
}
