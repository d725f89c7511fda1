// Importance matrices in llama.cpp's files: the mean square of each input column of a weight matrix over a text.
// GGUF (tools/imatrix/imatrix.cpp: `NAME.in_sum2` and `NAME.counts`), and the older binary form, which is only read.
import { readFile } from 'node:fs/promises';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import type { TensorPlace } from '../gguf/head.ts';
import { array, str, u32 } from '../gguf/values.ts';
import { writeGgufFile } from '../gguf/write-file.ts';
import { checkIsFile, inspectModelFile } from '../model.ts';

export interface ImportanceMatrix {
  path: string;
  /** Names of the texts. */
  datasets: string[];
  /** Runs of tokens that were read, and tokens in each. */
  chunks: number;
  /** Mean square of each column's inputs, by tensor; of experts, matrix after matrix. */
  entries: Map<string, Float32Array>;
}

/** Sums before they are divided, as they are kept in the file. */
export interface ImportanceSums {
  /** (matrices, columns) sums of squares. */
  sums: Float32Array;
  /** (matrices,) rows that were summed. */
  counts: Float32Array;
}

const broken = (path: string, why: string): GatewayError =>
  new GatewayError('MODEL_FILE_INVALID', `${displayPath(path)} is no importance matrix: ${why}`);

/** A matrix that no input reached counts everywhere alike. */
function means({ sums, counts }: ImportanceSums): Float32Array {
  const columns = sums.length / counts.length;
  return sums.map((sum, i) => {
    const count = counts[Math.floor(i / columns)] ?? 0;
    return count > 0 ? sum / count : 1;
  });
}

const floatsAt = (bytes: Buffer, offset: number, length: number): Float32Array => {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = bytes.readFloatLE(offset + 4 * i);
  return values;
};

async function readGguf(path: string, bytes: Buffer): Promise<ImportanceMatrix> {
  const { metadata, tensors } = await inspectModelFile(path, 1 << 10);
  const places = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const entries = new Map<string, Float32Array>();
  const values = (name: string): Float32Array => {
    const place = places.get(name);
    if (place?.type !== 'F32')
      throw broken(path, `tensor ${name} is ${place ? place.type : 'missing'}, not F32`);
    return floatsAt(bytes, place.offset, place.bytes / 4);
  };
  for (const { name } of tensors) {
    if (!name.endsWith('.in_sum2')) continue;
    const tensor = name.slice(0, -'.in_sum2'.length);
    const [sums, counts] = [values(name), values(`${tensor}.counts`)];
    if (counts.length === 0 || sums.length % counts.length !== 0)
      throw broken(path, `tensor ${name} has ${sums.length} values for ${counts.length} matrices`);
    entries.set(tensor, means({ sums, counts }));
  }
  const datasets = metadata['imatrix.datasets'];
  return {
    path,
    datasets: Array.isArray(datasets) ? datasets.map(String) : [],
    chunks: Number(metadata['imatrix.chunk_count'] ?? 0),
    entries,
  };
}

function readLegacy(path: string, bytes: Buffer): ImportanceMatrix {
  let at = 0;
  const int32 = (): number => {
    at += 4;
    return bytes.readInt32LE(at - 4);
  };
  const text = (): string => {
    const length = int32();
    if (length < 0 || at + length > bytes.length) throw new RangeError('a text goes past the end');
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  try {
    const entries = new Map<string, Float32Array>();
    for (let left = int32(); left > 0; left--) {
      const name = text();
      const calls = int32();
      const length = int32();
      if (length < 1 || at + 4 * length > bytes.length) throw new RangeError(`${length} values of ${name}`);
      entries.set(
        name,
        floatsAt(bytes, at, length).map((sum) => (calls > 0 ? sum / calls : sum)),
      );
      at += 4 * length;
    }
    const chunks = at < bytes.length ? int32() : 0;
    return { path, datasets: at < bytes.length ? [text()] : [], chunks, entries };
  } catch (error) {
    throw broken(path, (error as Error).message);
  }
}

/** @throws {GatewayError} MODEL_FILE_INVALID */
export async function readImportance(path: string): Promise<ImportanceMatrix> {
  await checkIsFile(path);
  const bytes = await readFile(path);
  const isGguf = bytes.toString('latin1', 0, 4) === 'GGUF';
  const found = isGguf ? await readGguf(path, bytes) : readLegacy(path, bytes);
  if (found.entries.size === 0) throw broken(path, 'it has no tensor NAME.in_sum2');
  return found;
}

/** @throws {GatewayError} INVALID_REQUEST when the file is there already, or the disk refuses */
export async function writeImportance(
  path: string,
  entries: ReadonlyMap<string, ImportanceSums>,
  { datasets, chunks, chunkSize }: { datasets: readonly string[]; chunks: number; chunkSize: number },
): Promise<number> {
  interface Values extends TensorPlace {
    values: Float32Array;
  }
  const place = (name: string, shape: number[], values: Float32Array): Values => ({
    name,
    shape,
    typeId: 0,
    bytes: values.byteLength,
    values,
  });
  const tensors = [...entries].flatMap(([name, { sums, counts }]) => [
    place(`${name}.in_sum2`, [sums.length / counts.length, counts.length], sums),
    place(`${name}.counts`, [1, counts.length], counts),
  ]);
  const metadata = {
    'general.type': str('imatrix'),
    'imatrix.datasets': array('string', datasets),
    'imatrix.chunk_count': u32(chunks),
    'imatrix.chunk_size': u32(chunkSize),
  };
  return writeGgufFile(path, metadata, tensors, ({ values }, sink) =>
    sink(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
}
