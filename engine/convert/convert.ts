// A model as its makers publish it, as one GGUF file: `tiergate convert`. Streams tensor by tensor.
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { GgufMetadata, TensorPlace } from '../gguf/head.ts';
import { str, u32 } from '../gguf/values.ts';
import { refuseToOverwrite, writeGgufFile } from '../gguf/write-file.ts';
import { FILE_TYPES, typeForColumns } from '../quantize/file-types.ts';
import { codecOf } from '../quantize/plan.ts';
import { recodeTensor } from '../quantize/recode.ts';
import { openHuggingFace } from './hugging-face.ts';
import { openLlama2c } from './llama2c.ts';
import type { SourceModel, SourceTensor, SourceType } from './source.ts';

export const CONVERT_TYPES = ['auto', 'F32', 'F16', 'BF16', 'Q8_0'] as const;
export type ConvertType = (typeof CONVERT_TYPES)[number];

export interface ConvertOptions {
  /** Of the matrices; auto: what most of them are. Vectors are F32. */
  type?: ConvertType;
  /** Of a llama2.c checkpoint. */
  tokenizer?: string;
  /** general.name */
  name?: string;
  threads?: number;
  /** Values handled so far, of all. */
  onProgress?: (done: number, total: number, tensor: string) => void;
}

export interface ConvertSummary {
  input: string;
  output: string;
  format: string;
  architecture: string;
  type: string;
  parameters: number;
  bitsPerWeight: number;
  outputBytes: number;
  /** Tensors by type. */
  types: Record<string, number>;
  seconds: number;
  tensors: { name: string; shape: readonly number[]; from: string; to: string; bytes: number }[];
}

const valuesOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const isMatrix = (shape: readonly number[]): boolean => shape.slice(0, -1).some((size) => size > 1);

async function openSource(input: string, tokenizer?: string): Promise<SourceModel> {
  const found = await stat(input).catch((error: NodeJS.ErrnoException) => {
    throw new GatewayError('INVALID_REQUEST', `${displayPath(input)} cannot be opened (${error.code})`);
  });
  if (found.isDirectory()) return openHuggingFace(input);
  if (input.endsWith('.safetensors')) return openHuggingFace(dirname(input), input);
  return openLlama2c(input, tokenizer);
}

/** The type that holds most of the matrices' values. */
function mostCommon(tensors: readonly SourceTensor[]): SourceType {
  const counts = new Map<SourceType, number>();
  for (const { shape, type } of tensors)
    if (isMatrix(shape)) counts.set(type, (counts.get(type) ?? 0) + valuesOf(shape));
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32';
}

interface PlannedTensor extends TensorPlace {
  source: SourceTensor;
  to: string;
}

function planned(source: SourceTensor, type: string): PlannedTensor {
  const { name, shape } = source;
  const columns = shape.at(-1) ?? 1;
  // Norms and biases stay exact, as in every GGUF file.
  const isExact = !isMatrix(shape) || name.endsWith('_norm.weight');
  const to = isExact ? 'F32' : typeForColumns(type, columns, (known) => codecOf(known).blockValues);
  const { id, blockValues, blockBytes } = codecOf(to);
  const bytes = (valuesOf(shape) / blockValues) * blockBytes;
  return { name, shape: [...shape].reverse(), typeId: id, bytes, source, to };
}

/**
 * `input`: a folder with config.json, tokenizer and safetensors, one .safetensors file in such a folder, or a llama2.c
 * checkpoint.
 * @throws {GatewayError} MODEL_FILE_INVALID for a damaged or incomplete model, MODEL_FORMAT_UNSUPPORTED for one of another
 *   architecture or kind of tokenizer, INVALID_REQUEST when the output is there already
 */
export async function convertModel(
  input: string,
  output: string,
  { type = 'auto', tokenizer, name, threads = 0, onProgress }: ConvertOptions = {},
): Promise<ConvertSummary> {
  const begun = performance.now();
  await refuseToOverwrite(output);
  const model = await openSource(input, tokenizer);
  try {
    const chosen = type === 'auto' ? mostCommon(model.tensors) : type;
    const tensors = model.tensors.map((tensor) => planned(tensor, chosen));
    const parameters = model.tensors.reduce((sum, { shape }) => sum + valuesOf(shape), 0);
    const metadata: GgufMetadata = {
      ...model.metadata,
      'general.type': str('model'),
      ...(name === undefined ? {} : { 'general.name': str(name) }),
      ...(type === 'Q8_0' ? { 'general.quantization_version': u32(2) } : {}),
      'general.file_type': u32(FILE_TYPES[chosen].id),
    };
    let done = 0;
    const outputBytes = await writeGgufFile(output, metadata, tensors, async ({ source, to }, sink) => {
      const columns = source.shape.at(-1) ?? 1;
      const rows = valuesOf(source.shape) / columns;
      await recodeTensor({ name: source.name, columns, rows, depth: 1 }, source.type, to, source.read, sink, {
        threads,
        onValues: (count) => {
          done += count;
          onProgress?.(done, parameters, source.name);
        },
      });
    });
    const types: Record<string, number> = {};
    for (const { to } of tensors) types[to] = (types[to] ?? 0) + 1;
    const tensorBytes = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
    const architecture = metadata['general.architecture'];
    return {
      input,
      output,
      format: model.format,
      architecture: architecture?.type === 'string' ? String(architecture.value) : '',
      type: chosen,
      parameters,
      bitsPerWeight: (8 * tensorBytes) / parameters,
      outputBytes,
      types,
      seconds: (performance.now() - begun) / 1000,
      tensors: tensors.map(({ source, to, bytes }) => ({
        name: source.name,
        shape: source.shape,
        from: source.type,
        to,
        bytes,
      })),
    };
  } finally {
    await model.close();
  }
}
