// The first keys of a GGUF file, from its first bytes: enough to tell the architecture and to plan the K/V cache, of a
// file that may be on another machine. The engine itself reads files with native/src/gguf. Spec: ggml/docs/gguf.md.

/** By key: numbers, booleans, texts and short arrays of numbers; long arrays are skipped. */
export type GgufHead = ReadonlyMap<string, number | boolean | string | number[]>;

const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;
/** Per-layer values; token lists are far longer. */
const LONGEST_ARRAY = 1024;
const LONGEST_TEXT = 4096;

/** Walks over bytes; going past the end throws RangeError. */
class Cursor {
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(bytes: number): void {
    this.at += bytes;
    if (this.at > this.#view.byteLength) throw new RangeError('past the end');
  }

  scalar(type: number): number | boolean {
    const at = this.at;
    this.skip(SIZES[type]!);
    const view = this.#view;
    switch (type) {
      case 0:
        return view.getUint8(at);
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getFloat32(at, true);
      case 7:
        return view.getUint8(at) !== 0;
      case 10:
        return Number(view.getBigUint64(at, true));
      case 11:
        return Number(view.getBigInt64(at, true));
      default:
        return view.getFloat64(at, true);
    }
  }

  u32(): number {
    return this.scalar(4) as number;
  }

  u64(): number {
    return this.scalar(10) as number;
  }

  /** Texts longer than LONGEST_TEXT bytes are cut. */
  text(): string {
    const length = this.u64();
    const at = this.at;
    this.skip(length);
    const view = this.#view;
    return new TextDecoder().decode(
      new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, LONGEST_TEXT)),
    );
  }
}

/** Undefined: a long array, or one of another kind than numbers. */
function arrayOf(cursor: Cursor): number[] | undefined {
  const type = cursor.u32();
  const count = cursor.u64();
  const size = SIZES[type];
  if (size === undefined || type === ARRAY) throw new RangeError('not a known type');
  if (type === STRING) {
    for (let i = 0; i < count; i++) cursor.skip(cursor.u64());
    return undefined;
  }
  if (count > LONGEST_ARRAY) {
    cursor.skip(count * size);
    return undefined;
  }
  return Array.from({ length: count }, () => Number(cursor.scalar(type)));
}

/** The keys that lie whole in the bytes; null: this is no GGUF file of version 2 or 3. */
export function readGgufHead(bytes: Uint8Array): GgufHead | null {
  const head = new Map<string, number | boolean | string | number[]>();
  const cursor = new Cursor(bytes);
  try {
    if (cursor.u32() !== 0x46554747) return null;
    const version = cursor.u32();
    if (version !== 2 && version !== 3) return null;
    cursor.skip(8);
    const count = cursor.u64();
    for (let i = 0; i < count; i++) {
      const key = cursor.text();
      const type = cursor.u32();
      if (SIZES[type] === undefined) break;
      const value = type === STRING ? cursor.text() : type === ARRAY ? arrayOf(cursor) : cursor.scalar(type);
      if (value !== undefined) head.set(key, value);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The bytes end inside a key: what was read before holds.
    if (cursor.at < 24) return null;
  }
  return head;
}
