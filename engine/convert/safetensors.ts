// Reads safetensors (huggingface/safetensors, README "Format"): eight bytes of length, a JSON header, the tensors. One
// file, or several with an index.
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { SOURCE_BYTES, SourceFile, type SourceTensor, type SourceType, unreadable } from './source.ts';

const MAX_HEADER_BYTES = 100_000_000; // the format's own limit

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

export interface Safetensors {
  /** By Hugging Face's names. */
  tensors: Map<string, SourceTensor>;
  close(): Promise<void>;
}

const isSourceType = (dtype: string): dtype is SourceType => dtype in SOURCE_BYTES;

async function readHeader(file: SourceFile): Promise<{ header: Record<string, unknown>; start: number }> {
  const length = Buffer.alloc(8);
  await file.read(length, 0);
  const bytes = Number(length.readBigUInt64LE(0));
  if (bytes > MAX_HEADER_BYTES || 8 + bytes > file.size)
    throw unreadable(file.path, `says its header has ${bytes} bytes, the file has ${file.size}: it is cut`);
  const text = Buffer.alloc(bytes);
  await file.read(text, 8);
  try {
    return { header: JSON.parse(text.toString('utf8')) as Record<string, unknown>, start: 8 + bytes };
  } catch (error) {
    throw unreadable(file.path, `its header is not JSON (${(error as Error).message})`);
  }
}

async function readTensors(file: SourceFile): Promise<SourceTensor[]> {
  const { header, start } = await readHeader(file);
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => {
      const parsed = entrySchema.safeParse(entry);
      if (!parsed.success) throw unreadable(file.path, `tensor ${name} has no dtype, shape and data_offsets`);
      const { dtype, shape, data_offsets: offsets } = parsed.data;
      if (!isSourceType(dtype))
        throw unreadable(
          file.path,
          `tensor ${name} is ${dtype}; known: ${Object.keys(SOURCE_BYTES).join(', ')}`,
        );
      const bytes = shape.reduce((a, b) => a * b, 1) * SOURCE_BYTES[dtype];
      const [from, to] = offsets;
      if (to - from !== bytes)
        throw unreadable(file.path, `tensor ${name} has ${to - from} bytes, its shape asks for ${bytes}`);
      if (start + to > file.size)
        throw unreadable(file.path, `ends inside tensor ${name}: it is cut; download it again`);
      return { name, shape, type: dtype, read: file.from(start + from) };
    });
}

async function fileNames(folder: string): Promise<string[]> {
  const index = await readFile(join(folder, 'model.safetensors.index.json'), 'utf8').catch(() => null);
  if (index === null) return ['model.safetensors'];
  const path = join(folder, 'model.safetensors.index.json');
  try {
    const names = [...new Set(Object.values(indexSchema.parse(JSON.parse(index)).weight_map))].sort();
    // A name is a file of this folder, never a path out of it.
    if (names.some((name) => name !== basename(name))) throw new RangeError('it names files elsewhere');
    return names;
  } catch (error) {
    throw unreadable(path, `is no index of safetensors (${(error as Error).message})`);
  }
}

/**
 * All tensors of a folder, or of one file.
 * @throws {GatewayError} MODEL_FILE_INVALID for missing, cut or damaged files
 */
export async function openSafetensors(folder: string, single?: string): Promise<Safetensors> {
  const paths = single ? [single] : (await fileNames(folder)).map((name) => join(folder, name));
  const files: SourceFile[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(files.map((file) => file.close()));
  };
  try {
    const tensors = new Map<string, SourceTensor>();
    for (const path of paths) {
      if (!(await stat(path).catch(() => null)))
        throw unreadable(path, 'is missing; a model needs all its *.safetensors files');
      const file = await SourceFile.open(path);
      files.push(file);
      for (const tensor of await readTensors(file)) {
        if (tensors.has(tensor.name)) throw unreadable(path, `holds tensor ${tensor.name} a second time`);
        tensors.set(tensor.name, tensor);
      }
    }
    return { tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}
