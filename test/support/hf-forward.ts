// A decoder's forward pass in float64, plainly from Hugging Face's modelling files (transformers: modeling_llama.py,
// modeling_qwen2.py, modeling_qwen3.py, modeling_gemma3.py): RoPE by rotate_half, attention by the definition. The
// reference that converted files are compared with.
import type { HfModel } from './hf-folder.ts';

type Vector = Float64Array<ArrayBuffer>;

const dot = (a: ArrayLike<number>, b: Vector, start = 0): number => {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += (a[start + i] ?? 0) * (b[i] ?? 0);
  return sum;
};

/** transformers: rotate_half, apply_rotary_pos_emb. */
function rotate(head: Vector, position: number, frequencies: Vector): Vector {
  const half = head.length / 2;
  return head.map((x, i) => {
    const angle = position * (frequencies[i % half] ?? 0);
    const turned = i < half ? -(head[i + half] ?? 0) : (head[i - half] ?? 0);
    return x * Math.cos(angle) + turned * Math.sin(angle);
  });
}

const silu = (x: number): number => x / (1 + Math.exp(-x));
const geluTanh = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

interface RopeScaling {
  rope_type: string;
  factor: number;
  low_freq_factor?: number;
  high_freq_factor?: number;
  original_max_position_embeddings?: number;
}

function inverseFrequencies(headDim: number, theta: number, scaling?: RopeScaling): Vector {
  return Float64Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = theta ** ((-2 * i) / headDim);
    if (!scaling) return frequency;
    if (scaling.rope_type === 'linear') return frequency / scaling.factor;
    const { low_freq_factor: low = 1, high_freq_factor: high = 4 } = scaling;
    const original = scaling.original_max_position_embeddings ?? 8192;
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < original / high) return frequency;
    if (wavelength > original / low) return frequency / scaling.factor;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / scaling.factor + smooth * frequency;
  });
}

/** Logits after each token. `onInput` is told what each matrix multiplies. */
export function hfLogits(
  { config, tensors }: HfModel,
  tokens: readonly number[],
  onInput: (matrix: string, x: Vector) => void = () => {},
): Vector[] {
  const weights = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const number = (key: string): number => Number(config[key]);
  const isGemma = String(config['architectures']).includes('Gemma');
  const dModel = number('hidden_size');
  const heads = number('num_attention_heads');
  const group = heads / number('num_key_value_heads');
  const headDim = Number(config['head_dim'] ?? dModel / heads);
  const data = (name: string): Float32Array => {
    const found = weights.get(name);
    if (!found) throw new Error(`no tensor ${name}`);
    return found.data;
  };
  const linear = (name: string, x: Vector): Vector => {
    onInput(name, x);
    const [rows = 0] = weights.get(`${name}.weight`)?.shape ?? [];
    const bias = weights.get(`${name}.bias`)?.data;
    const matrix = data(`${name}.weight`);
    return Float64Array.from({ length: rows }, (_, r) => dot(matrix, x, r * x.length) + (bias?.[r] ?? 0));
  };
  const rmsNorm = (name: string, x: Vector): Vector => {
    const inverse = 1 / Math.sqrt(dot(x, x) / x.length + number('rms_norm_eps'));
    const weight = data(`${name}.weight`);
    return x.map((value, i) => value * inverse * ((isGemma ? 1 : 0) + (weight[i] ?? 0)));
  };
  const headsOf = (x: Vector, norm: string, position: number, frequencies: Vector): Vector[] =>
    Array.from({ length: x.length / headDim }, (_, h) => {
      const head = x.slice(h * headDim, (h + 1) * headDim);
      return rotate(weights.has(`${norm}.weight`) ? rmsNorm(norm, head) : head, position, frequencies);
    });
  const plus = (a: Vector, b: Vector): Vector => a.map((x, i) => x + (b[i] ?? 0));

  const scaling = config['rope_scaling'] as RopeScaling | undefined;
  const full = inverseFrequencies(headDim, number('rope_theta'), scaling);
  const local = inverseFrequencies(headDim, 10_000);
  const scale = isGemma ? number('query_pre_attn_scalar') ** -0.5 : headDim ** -0.5;
  const act = isGemma ? geluTanh : silu;

  let rows = tokens.map((token) =>
    Float64Array.from(
      data('model.embed_tokens.weight').subarray(token * dModel, (token + 1) * dModel),
      (x) => (isGemma ? x * Math.sqrt(dModel) : x),
    ),
  );
  for (let i = 0; i < number('num_hidden_layers'); i++) {
    const layer = `model.layers.${i}`;
    const isLocal = isGemma && (i + 1) % number('sliding_window_pattern') !== 0;
    const frequencies = isLocal ? local : full;
    const normed = rows.map((x) => rmsNorm(`${layer}.input_layernorm`, x));
    const project = (part: string): Vector[] =>
      normed.map((x) => linear(`${layer}.self_attn.${part}_proj`, x));
    const q = project('q').map((x, t) => headsOf(x, `${layer}.self_attn.q_norm`, t, frequencies));
    const k = project('k').map((x, t) => headsOf(x, `${layer}.self_attn.k_norm`, t, frequencies));
    const v = project('v');
    const attended = rows.map((_, t) => {
      const out = new Float64Array(heads * headDim);
      const first = isLocal ? Math.max(0, t - number('sliding_window') + 1) : 0;
      for (let h = 0; h < heads; h++) {
        const scores = k
          .slice(first, t + 1)
          .map((keys) => scale * dot(q[t]![h]!, keys[Math.floor(h / group)]!));
        const max = Math.max(...scores);
        const total = scores.reduce((sum, s) => sum + Math.exp(s - max), 0);
        scores.forEach((s, at) => {
          const share = Math.exp(s - max) / total;
          const from = Math.floor(h / group) * headDim;
          for (let j = 0; j < headDim; j++)
            out[h * headDim + j] = (out[h * headDim + j] ?? 0) + share * (v[first + at]![from + j] ?? 0);
        });
      }
      return linear(`${layer}.self_attn.o_proj`, out);
    });
    const afterAttention = isGemma
      ? attended.map((x) => rmsNorm(`${layer}.post_attention_layernorm`, x))
      : attended;
    rows = rows.map((x, t) => plus(x, afterAttention[t]!));
    const beforeMlp = isGemma ? 'pre_feedforward_layernorm' : 'post_attention_layernorm';
    rows = rows.map((x) => {
      const h = rmsNorm(`${layer}.${beforeMlp}`, x);
      const up = linear(`${layer}.mlp.up_proj`, h);
      const gated = linear(`${layer}.mlp.gate_proj`, h).map((g, j) => act(g) * (up[j] ?? 0));
      const out = linear(`${layer}.mlp.down_proj`, gated);
      return plus(x, isGemma ? rmsNorm(`${layer}.post_feedforward_layernorm`, out) : out);
    });
  }
  const output = weights.has('lm_head.weight') ? 'lm_head' : 'model.embed_tokens';
  return rows.map((x) => linear(output, rmsNorm('model.norm', x)));
}
