// Writes a GGUF file tensor by tensor: the file has its name only when it is whole.
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { encodeHead, type GgufMetadata, gapAfter, type TensorPlace } from './head.ts';

/** Takes the next bytes of the tensor at hand. */
type Sink = (bytes: Uint8Array) => Promise<void>;

/** @throws {GatewayError} INVALID_REQUEST when there is a file of this name. */
export async function refuseToOverwrite(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found)
    throw new GatewayError(
      'INVALID_REQUEST',
      `${displayPath(path)} is there already; remove it or give another name`,
    );
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

const writeError = (path: string, error: unknown): GatewayError =>
  error instanceof GatewayError
    ? error
    : new GatewayError('INVALID_REQUEST', `cannot write ${displayPath(path)}: ${(error as Error).message}`, {
        cause: error,
      });

/**
 * `tensors` in the order of the file; `write` is called for each with its index and gives its bytes to the sink.
 * Returns the file's size in bytes.
 * @throws {GatewayError} INVALID_REQUEST when the file is there already, or the disk refuses; what `write` throws.
 */
export async function writeGgufFile<Tensor extends TensorPlace>(
  path: string,
  metadata: GgufMetadata,
  tensors: readonly Tensor[],
  write: (tensor: Tensor, sink: Sink) => Promise<void>,
): Promise<number> {
  await refuseToOverwrite(path);
  const draft = `${path}.partial-${process.pid}`;
  const file = await open(draft, 'w').catch((error: unknown) => {
    throw writeError(path, error);
  });
  let size = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    await writeWhole(file, bytes).catch((error: unknown) => {
      throw writeError(path, error);
    });
    size += bytes.length;
  };
  try {
    await put(encodeHead(metadata, tensors));
    for (const tensor of tensors) {
      const start = size;
      await write(tensor, put);
      if (size - start !== tensor.bytes)
        throw new RangeError(`tensor ${tensor.name}: ${size - start} bytes written, ${tensor.bytes} planned`);
      await put(Buffer.alloc(gapAfter(tensor.bytes)));
    }
    await file.sync();
    await file.close();
    await refuseToOverwrite(path);
    await rename(draft, path);
    return size;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}
