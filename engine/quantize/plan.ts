// What each tensor of a file becomes.
import { GatewayError } from '../../contract/errors.ts';
import { type NativeCodec, nativeAddon } from '../binding.ts';
import type { ModelInspection } from '../model.ts';
import {
  FILE_TYPE_ALIASES,
  FILE_TYPES,
  type FileTypeName,
  type ModelFacts,
  mixedType,
  roleOf,
  typeForColumns,
} from './file-types.ts';

export interface QuantizeChoices {
  fileType: FileTypeName;
  /** The same type for every matrix, without the mix. */
  pure?: boolean;
  /** The first pattern that is found in a tensor's name gives its type. */
  overrides?: readonly { pattern: RegExp; type: string }[];
  outputType?: string;
  embeddingType?: string;
  /** Leaves output.weight as it is. */
  keepOutput?: boolean;
  /** Also tensors that are quantised already. */
  allowRequantize?: boolean;
}

export interface TensorPlan {
  name: string;
  /** Row-major, fastest axis last. */
  shape: readonly number[];
  from: string;
  to: string;
  /** The type that it would have if its rows' length allowed. */
  wanted?: string;
}

const PLAIN_TYPES = new Set(['F32', 'F16', 'BF16', 'F64']);

/** Marks of tensors that are kept: small ones, and those whose errors are not made up for (tensor_allows_quantization). */
const KEPT = [
  '_norm.weight',
  'ffn_gate_inp.weight',
  'altup',
  'laurel',
  'per_layer_model_proj',
  'ssm_conv1d',
  'shortconv.conv.weight',
  'attn_rel_b.weight',
  'position_embd',
  'token_types',
];

let codecs: Map<string, NativeCodec> | undefined;

/** @throws {GatewayError} INVALID_REQUEST for a type that the engine cannot write; the message lists those it can. */
export function codecOf(type: string): NativeCodec {
  codecs ??= new Map(
    nativeAddon()
      .codecs()
      .map((codec) => [codec.name, codec]),
  );
  const found = codecs.get(type.toUpperCase());
  if (found) return found;
  const known = [...codecs.keys()].sort().join(', ');
  throw new GatewayError('INVALID_REQUEST', `tensor type ${type} is not known; known: ${known}`);
}

/** @throws {GatewayError} INVALID_REQUEST; the message lists the known names. */
export function fileTypeNamed(text: string): FileTypeName {
  const name = text.toUpperCase();
  if (Object.hasOwn(FILE_TYPES, name)) return name as FileTypeName;
  const alias = FILE_TYPE_ALIASES[name];
  if (alias) return alias;
  const known = Object.keys(FILE_TYPES).join(', ');
  throw new GatewayError('INVALID_REQUEST', `file type ${text} is not known; known: ${known}`);
}

const columnsOf = (shape: readonly number[]): number => shape.at(-1) ?? 1;

function mayBeQuantized(name: string, shape: readonly number[], keepOutput: boolean): boolean {
  const leading = shape.slice(0, -1).some((size) => size > 1);
  if (!leading || !name.endsWith('weight')) return false;
  if (keepOutput && name === 'output.weight') return false;
  return !KEPT.some((mark) => name.includes(mark));
}

const layerOf = (name: string): number => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);

function factsOf({ metadata, tensors }: ModelInspection, hasImportance: boolean): ModelFacts {
  const architecture = String(metadata['general.architecture'] ?? '');
  const number = (key: string, fallback: number): number => {
    const value = metadata[`${architecture}.${key}`];
    // One number for all layers, or one each (cut or whole): the first stands for all.
    const list = Array.isArray(value) ? value : (value as { items?: unknown[] } | undefined)?.items;
    return Number(list ? list[0] : (value ?? fallback));
  };
  const heads = number('attention.head_count', 1);
  return {
    architecture,
    layers: number('block_count', 0),
    heads,
    kvHeads: number('attention.head_count_kv', heads),
    experts: number('expert_count', 0),
    hasTiedEmbeddings: !tensors.some(({ name }) => name === 'output.weight'),
    hasImportance,
  };
}

const isValueRole = (role: string): boolean =>
  role === 'attn_v' || role === 'attn_qkv' || role === 'attn_kv_b';

/**
 * The plan of every tensor, in the order in which llama.cpp writes them: by layer, then by name.
 * @throws {GatewayError} INVALID_REQUEST for an unknown type, or tensors that are quantised already
 */
export function planTensors(
  inspection: ModelInspection,
  choices: QuantizeChoices,
  hasImportance: boolean,
): TensorPlan[] {
  const facts = factsOf(inspection, hasImportance);
  const blockValues = (type: string): number => codecOf(type).blockValues;
  const { tensors } = inspection;
  // The rules count in order of layers, then of names.
  const order = [...tensors].sort(
    (a, b) => layerOf(a.name) - layerOf(b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const nValues = tensors.filter(({ name }) => isValueRole(roleOf(name))).length;
  const turns = new Map<string, number>();
  const plans = new Map<string, TensorPlan>();

  const choose = (name: string, shape: readonly number[]): string => {
    const role = roleOf(name);
    if (choices.embeddingType && role === 'embedding') return choices.embeddingType;
    if (choices.outputType && role === 'output') return choices.outputType;
    const { type } = FILE_TYPES[choices.fileType];
    if (blockValues(type) === 1) return type;
    const override = choices.overrides?.find(({ pattern }) => pattern.test(name));
    if (override) return override.type;
    if (choices.pure) return type;
    if (facts.hasTiedEmbeddings && choices.outputType && role === 'embedding') return choices.outputType;
    const group = isValueRole(role) ? 'values' : role;
    const turn = turns.get(group) ?? 0;
    turns.set(group, turn + 1);
    const index = role === 'ffn_down' && facts.experts > 1 ? layerOf(name) : turn;
    const depth = shape.length > 2 ? (shape.at(-3) ?? 1) : 1;
    return mixedType(
      choices.fileType,
      { role, index, nValues, columns: columnsOf(shape), depth },
      facts,
      blockValues,
    );
  };

  for (const { name, type, shape } of order) {
    if (!mayBeQuantized(name, shape, choices.keepOutput ?? false)) {
      plans.set(name, { name, shape, from: type, to: type });
      continue;
    }
    const wanted = codecOf(choose(name, shape)).name;
    const to = typeForColumns(wanted, columnsOf(shape), blockValues);
    if (to !== type && !PLAIN_TYPES.has(type) && !choices.allowRequantize)
      throw new GatewayError(
        'INVALID_REQUEST',
        `tensor ${name} is ${type} already, and quantising it again adds its error to the new one; start from an ` +
          'F16, BF16 or F32 file, or allow it with --allow-requantize',
      );
    plans.set(name, { name, shape, from: type, to, ...(to === wanted ? {} : { wanted }) });
  }
  return [...plans.values()];
}
