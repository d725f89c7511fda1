// A GGUF file with other tensor types: `tiergate quantize`. Streams tensor by tensor.
import { type FileHandle, open, stat } from 'node:fs/promises';
import { GatewayError } from '../../contract/errors.ts';
import { type GgufMetadata, readMetadata, type TensorPlace } from '../gguf/head.ts';
import { str, u32 } from '../gguf/values.ts';
import { refuseToOverwrite, writeGgufFile } from '../gguf/write-file.ts';
import type { ImportanceMatrix } from '../imatrix/file.ts';
import { inspectModelFile, type ModelInspection } from '../model.ts';
import { partFiles } from '../store/split-names.ts';
import { FILE_TYPES } from './file-types.ts';
import { codecOf, planTensors, type QuantizeChoices, type TensorPlan } from './plan.ts';
import { type ByteSource, recodeTensor } from './recode.ts';

/** general.quantization_version: ggml's GGML_QNT_VERSION. */
const QUANTIZATION_VERSION = 2;
const COPY_BYTES = 1 << 24;

export interface QuantizeOptions extends QuantizeChoices {
  /** 0 or left out: all usable cores. */
  threads?: number;
  importance?: ImportanceMatrix;
  /** Nothing is written: the plan alone. */
  dryRun?: boolean;
  /** Values handled so far, of all. */
  onProgress?: (done: number, total: number, tensor: string) => void;
}

export interface TensorSummary extends TensorPlan {
  bytes: number;
  values: number;
  /** Root mean square of value less what it became; 0 for copies. */
  rmse: number;
  /** The same over the root mean square of the values. */
  relativeError: number;
  /** Root of the mean square weighted by importance, where there is some. */
  weightedRmse?: number;
}

export interface QuantizeSummary {
  input: string;
  output: string | null;
  fileType: string;
  parameters: number;
  bitsPerWeight: number;
  inputBytes: number;
  /** Of the file; of the tensors alone in a dry run. */
  outputBytes: number;
  /** Tensors by type. */
  types: Record<string, number>;
  /** Tensors whose rows do not allow the type that they should have. */
  fallbacks: number;
  seconds: number;
  tensors: TensorSummary[];
}

interface PlannedTensor extends TensorPlace {
  plan: TensorPlan;
  /** In the input, or in which of its files, in bytes. */
  offset: number;
  part: number;
  values: number;
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Bytes of a tensor of so many values; of a type that is only copied, the input's. */
function bytesOf({ from, to }: TensorPlan, values: number, inputBytes: number): number {
  if (from === to) return inputBytes;
  const { blockValues, blockBytes } = codecOf(to);
  return (values / blockValues) * blockBytes;
}

/** @throws {GatewayError} MODEL_FILE_INVALID at the end of the file */
async function readWhole(file: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at);
    if (bytesRead === 0)
      throw new GatewayError('MODEL_FILE_INVALID', 'the model file became shorter while it was read');
    at += bytesRead;
  }
}

async function copyBytes(
  source: ByteSource,
  length: number,
  sink: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, length));
  for (let at = 0; at < length; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, length - at));
    await source(part, at);
    await sink(part);
  }
}

function outputMetadata(metadata: GgufMetadata, { fileType, importance }: QuantizeOptions): GgufMetadata {
  const {
    'general.alignment': _alignment,
    'general.quantization_version': _version,
    'general.file_type': _fileType,
    'split.no': _no,
    'split.count': _count,
    'split.tensors.count': _tensors,
    ...kept
  } = metadata;
  return {
    ...kept,
    'general.quantization_version': u32(QUANTIZATION_VERSION),
    'general.file_type': u32(FILE_TYPES[fileType].id),
    ...(importance
      ? {
          'quantize.imatrix.file': str(importance.path),
          'quantize.imatrix.dataset': str(importance.datasets.join(', ')),
          'quantize.imatrix.entries_count': u32(importance.entries.size),
          'quantize.imatrix.chunks_count': u32(importance.chunks),
        }
      : {}),
  };
}

function weightsFor(
  { name, shape }: TensorPlan,
  importance: ImportanceMatrix | undefined,
): Float32Array | undefined {
  const weights = importance?.entries.get(name);
  const columns = shape.at(-1) ?? 1;
  const depth = shape.length > 2 ? (shape.at(-3) ?? 1) : 1;
  if (!weights || weights.length === columns || weights.length === columns * depth) return weights;
  throw new GatewayError(
    'INVALID_REQUEST',
    `the importance matrix has ${weights.length} values for tensor ${name} of ${columns} columns: it is of another model`,
  );
}

function summaryOf(
  inspection: ModelInspection,
  tensors: TensorSummary[],
  rest: Pick<QuantizeSummary, 'output' | 'fileType' | 'outputBytes' | 'seconds'>,
): QuantizeSummary {
  const types: Record<string, number> = {};
  for (const { to } of tensors) types[to] = (types[to] ?? 0) + 1;
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  return {
    input: inspection.path,
    parameters: inspection.totals.params,
    bitsPerWeight: (8 * bytes) / Math.max(1, inspection.totals.params),
    inputBytes: inspection.totals.bytes,
    types,
    fallbacks: tensors.filter(({ wanted }) => wanted !== undefined).length,
    tensors,
    ...rest,
  };
}

/**
 * input: of a split model, its first file; the output is one file.
 * @throws {GatewayError} MODEL_FILE_INVALID for a damaged input; INVALID_REQUEST when the output is there already, the
 *   input is quantised already or has values that are not finite
 */
export async function quantizeFile(
  input: string,
  output: string,
  options: QuantizeOptions,
): Promise<QuantizeSummary> {
  const begun = performance.now();
  if (!options.dryRun) await refuseToOverwrite(output);
  const inspection = await inspectModelFile(input, 1 << 10);
  if (inspection.tensors.length === 0)
    throw new GatewayError(
      'INVALID_REQUEST',
      `${input} holds a vocabulary alone, no tensors: nothing to quantise`,
    );
  const plans = planTensors(inspection, options, options.importance !== undefined);
  const { importance: matrix } = options;
  if (matrix && !plans.some(({ name, from, to }) => from !== to && matrix.entries.has(name)))
    throw new GatewayError('INVALID_REQUEST', `${matrix.path} names none of the tensors to be quantised`);
  const places = new Map(inspection.tensors.map((tensor) => [tensor.name, tensor]));
  const tensors = plans.map((plan): PlannedTensor => {
    const { name, typeId, shape, offset, bytes, part = 0 } = places.get(plan.name)!;
    const values = product(shape);
    return {
      name,
      shape: [...shape].reverse(),
      typeId: plan.from === plan.to ? typeId : codecOf(plan.to).id,
      bytes: bytesOf(plan, values, bytes),
      plan,
      offset,
      part,
      values,
    };
  });
  const summaries: TensorSummary[] = [];
  const summarise = (tensor: PlannedTensor, squares = 0, errors = 0, weighted?: number): void => {
    const { plan, bytes, values } = tensor;
    summaries.push({
      ...plan,
      bytes,
      values,
      rmse: Math.sqrt(errors / values),
      relativeError: squares > 0 ? Math.sqrt(errors / squares) : 0,
      ...(weighted === undefined ? {} : { weightedRmse: Math.sqrt(weighted / values) }),
    });
  };
  const result = { fileType: options.fileType, outputBytes: 0, seconds: 0 };
  if (options.dryRun) {
    for (const tensor of tensors) summarise(tensor);
    result.outputBytes = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
    return summaryOf(inspection, summaries, { ...result, output: null });
  }

  const total = inspection.totals.params;
  let done = 0;
  const advance = (count: number, name: string): void => {
    done += count;
    options.onProgress?.(done, total, name);
  };
  const inFirst = inspection.tensors.filter(({ part = 0 }) => part === 0).map(({ offset }) => offset);
  const headBytes = inFirst.length > 0 ? Math.min(...inFirst) : (await stat(input)).size;
  const metadata = await readMetadata(input, headBytes);
  const parts = Number(inspection.metadata['split.count'] ?? 1) > 1 ? partFiles(input) : [input];
  const files: FileHandle[] = [];
  try {
    for (const part of parts) files.push(await open(part, 'r'));
    const write = async (
      tensor: PlannedTensor,
      sink: (bytes: Uint8Array) => Promise<void>,
    ): Promise<void> => {
      const { plan, name, shape, offset, part, values, bytes } = tensor;
      const source: ByteSource = (into, at) => readWhole(files[part]!, into, offset + at);
      if (plan.from === plan.to) {
        await copyBytes(source, bytes, sink);
        summarise(tensor);
        advance(values, name);
        return;
      }
      const [columns = 1, , depth = 1] = shape;
      const importance = weightsFor(plan, options.importance);
      const { squares, errorSquares, weightedSquares } = await recodeTensor(
        { name, columns, rows: values / columns, depth },
        plan.from,
        plan.to,
        source,
        sink,
        {
          threads: options.threads ?? 0,
          onValues: (count) => advance(count, name),
          ...(importance ? { importance } : {}),
        },
      );
      summarise(tensor, squares, errorSquares, importance ? weightedSquares : undefined);
    };
    result.outputBytes = await writeGgufFile(output, outputMetadata(metadata, options), tensors, write);
  } finally {
    for (const file of files) await file.close();
  }
  result.seconds = (performance.now() - begun) / 1000;
  return summaryOf(inspection, summaries, { ...result, output });
}
