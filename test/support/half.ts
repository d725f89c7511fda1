// IEEE 754 binary16 as its bits: GGUF's F16 values and the scales of its block types.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** binary16 bits of a number; rounds to nearest even. */
export function toHalf(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds past 65504: infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14 a half counts in steps of 2^-24; the sum's rounding is the one wanted.
    float[0] = Math.abs(value) + 0.5;
    return sign | ((bits[0] ?? 0) - 0x3f000000);
  }
  const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
  return sign | (rounded >>> 13);
}

/** The number that finite binary16 bits stand for. */
export function fromHalf(half: number): number {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return half & 0x8000 ? -size : size;
}
