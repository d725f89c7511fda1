// The features of a token, as rows of the weight table: hashes of itself, its neighbours, their shapes and what the name
// lists say of them. Everything the model knows of a text it knows from here.
import { casingOf, LISTS, USAGE_SHIFT } from './gazetteer.ts';
import { mix, type Tokens } from './tokens.ts';

export const N_FEATURES = 36;

/** Rows of the weight table; a power of two. */
export const N_ROWS = 1 << 20;

const at = (column: Int32Array | Uint16Array | Uint8Array, index: number, length: number): number =>
  index < 0 ? -1 : index >= length ? -2 : (column[index] as number);

/**
 * Writes the N_FEATURES rows of token `i` into `rows`.
 * @param known what is known of each token's word (gazetteer.ts)
 */
export function featuresOf(tokens: Tokens, known: Uint16Array, i: number, rows: Int32Array): void {
  const n = tokens.length;
  const word = tokens.word[i] as number;
  const before = at(tokens.word, i - 1, n);
  const after = at(tokens.word, i + 1, n);
  const shape = tokens.shape[i] as number;
  const shapeBefore = at(tokens.shape, i - 1, n);
  const shapeAfter = at(tokens.shape, i + 1, n);
  const form = tokens.form[i] as number;
  const knownHere = known[i] as number;
  const knownBefore = at(known, i - 1, n);
  const knownAfter = at(known, i + 1, n);
  const list = knownHere & LISTS;
  const listBefore = knownBefore < 0 ? knownBefore : knownBefore & LISTS;
  const listAfter = knownAfter < 0 ? knownAfter : knownAfter & LISTS;
  const usage = knownHere >> USAGE_SHIFT;
  const usageBefore = knownBefore >> USAGE_SHIFT;
  const usageAfter = knownAfter >> USAGE_SHIFT;
  const label = tokens.label[i] as number;
  const gap = tokens.gap[i] as number;
  const gapAfter = at(tokens.gap, i + 1, n);
  const mask = N_ROWS - 1;

  rows[0] = mix(101, word) & mask;
  rows[1] = mix(mix(102, word), shape) & mask;
  rows[2] = mix(103, before) & mask;
  rows[3] = mix(104, after) & mask;
  rows[4] = mix(105, at(tokens.word, i - 2, n)) & mask;
  rows[5] = mix(106, at(tokens.word, i + 2, n)) & mask;
  rows[6] = mix(mix(107, before), word) & mask;
  rows[7] = mix(mix(108, word), after) & mask;
  rows[8] = mix(mix(109, form), gap) & mask;
  rows[9] = mix(mix(110, form), at(tokens.form, i - 1, n)) & mask;
  rows[10] = mix(mix(111, form), at(tokens.form, i + 1, n)) & mask;
  const around = mix(mix(mix(112, shapeBefore), shape), shapeAfter);
  rows[11] = mix(around, gap * 4 + gapAfter) & mask;
  const cased = shape * 4 + gap;
  rows[12] = mix(mix(113, tokens.prefix2[i] as number), cased) & mask;
  rows[13] = mix(mix(114, tokens.prefix3[i] as number), cased) & mask;
  rows[14] = mix(mix(115, tokens.suffix2[i] as number), cased) & mask;
  rows[15] = mix(mix(116, tokens.suffix3[i] as number), cased) & mask;
  rows[16] = mix(mix(117, tokens.suffix4[i] as number), shape) & mask;
  rows[17] = mix(mix(118, list), shape) & mask;
  rows[18] = mix(mix(119, list), listBefore) & mask;
  rows[19] = mix(mix(120, list), listAfter) & mask;
  rows[20] = mix(mix(mix(121, list), listBefore), mix(listAfter, around)) & mask;
  rows[21] = mix(mix(122, label), shape) & mask;
  rows[22] = mix(mix(mix(123, label), list), mix(shape, gap)) & mask;
  rows[23] = mix(mix(124, before), mix(shape, list)) & mask;
  rows[24] = mix(mix(125, after), mix(shape, list)) & mask;
  rows[25] = mix(mix(126, around), at(tokens.shape, i - 2, n)) & mask;
  rows[26] = mix(mix(127, around), at(tokens.shape, i + 2, n)) & mask;
  rows[27] = mix(mix(128, before), after) & mask;
  rows[28] = mix(mix(129, at(tokens.word, i - 2, n)), before) & mask;
  rows[29] =
    mix(mix(130, at(known, i - 2, n) & LISTS), mix(list, mix(at(known, i + 2, n) & LISTS, shape))) & mask;
  const used = mix(mix(131, usage), shape);
  rows[30] = mix(used, gap) & mask;
  rows[31] = mix(mix(used, usageBefore), mix(132, shapeBefore)) & mask;
  rows[32] = mix(mix(used, usageAfter), mix(133, shapeAfter)) & mask;
  rows[33] = mix(mix(used, list), mix(134, label)) & mask;
  const written = mix(mix(135, casingOf(usage)), shape);
  rows[34] = mix(written, mix(136, before)) & mask;
  rows[35] = mix(written, mix(137, after)) & mask;
}
