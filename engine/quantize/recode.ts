// A tensor's bytes from one type to another, a strip of rows at a time: never the whole tensor in memory.
import { type NativeRecodingError, nativeAddon } from '../binding.ts';
import { fromNativeError } from '../model.ts';
import { codecOf } from './plan.ts';

/** Values in a strip, about: 64 MB as F32. */
const STRIP_VALUES = 1 << 24;

export interface Matrix {
  name: string;
  columns: number;
  /** Rows of all matrices, behind each other. */
  rows: number;
  /** Matrices; more than one where a tensor holds experts. */
  depth: number;
}

/** Fills the buffer with the tensor's bytes from `offset` on. */
export type ByteSource = (into: Uint8Array, offset: number) => Promise<void>;

export interface RecodeOptions {
  /** One weight per column, or one per column of each of `depth` matrices. */
  importance?: Float32Array;
  threads?: number;
  /** Called after each strip with its values. */
  onValues?: (count: number) => void;
}

interface Strip {
  row: number;
  rows: number;
  bytes: Buffer;
}

/**
 * Reads the next strip while one is encoded.
 * @throws {GatewayError} INVALID_REQUEST for values that are not finite; what source and sink throw
 */
export async function recodeTensor(
  { name, columns, rows, depth }: Matrix,
  from: string,
  to: string,
  source: ByteSource,
  sink: (bytes: Uint8Array) => Promise<void>,
  { importance, threads = 0, onValues }: RecodeOptions = {},
): Promise<NativeRecodingError> {
  const rowBytes = (type: string): number => {
    const { blockValues, blockBytes } = codecOf(type);
    return (columns / blockValues) * blockBytes;
  };
  const [fromBytes, toBytes] = [rowBytes(from), rowBytes(to)];
  const perMatrix = rows / depth;
  const stripRows = Math.max(1, Math.floor(STRIP_VALUES / columns));
  const sum: NativeRecodingError = { squares: 0, errorSquares: 0, weightedSquares: 0, largest: 0 };

  const read = async (row: number): Promise<Strip | null> => {
    if (row >= rows) return null;
    // A strip ends with its matrix: the next one has its own weights.
    const left = perMatrix - (row % perMatrix);
    const count = Math.min(stripRows, left);
    const bytes = Buffer.allocUnsafe(count * fromBytes);
    await source(bytes, row * fromBytes);
    return { row, rows: count, bytes };
  };

  const weightsAt = (row: number): Float32Array | undefined => {
    if (!importance || importance.length === columns) return importance;
    const matrix = Math.floor(row / perMatrix);
    return importance.subarray(matrix * columns, (matrix + 1) * columns);
  };

  let strip = await read(0);
  while (strip) {
    const { row, rows: count, bytes } = strip;
    const out = Buffer.allocUnsafe(count * toBytes);
    const weights = weightsAt(row);
    const request = { from, to, rows: count, columns, threads, ...(weights ? { importance: weights } : {}) };
    const next = read(row + count);
    next.catch(() => {}); // awaited below, unless encoding fails first
    const error = await nativeAddon()
      .recodeRows(request, bytes, out)
      .catch((cause: unknown) => {
        const known = fromNativeError(cause);
        known.message = `tensor ${name}, from row ${row} on: ${known.message}`;
        throw known;
      });
    await sink(out);
    sum.squares += error.squares;
    sum.errorSquares += error.errorSquares;
    sum.weightedSquares += error.weightedSquares;
    sum.largest = Math.max(sum.largest, error.largest);
    onValues?.(count * columns);
    strip = await next;
  }
  return sum;
}
