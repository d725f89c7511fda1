// The features of a token, as rows of the weight table: hashes of itself, its neighbours, their shapes and what the name
// lists say of them. Everything the model knows of a text it knows from here.
import { casingOf, LISTS, USAGE_SHIFT } from './gazetteer.ts';
import { type Affixes, affixesOf, type Tokens } from './tokens.ts';

export const N_FEATURES = 36;

const ROW_BITS = 20;
/** Rows of the weight table. */
export const N_ROWS = 1 << ROW_BITS;

const at = (column: Int32Array | Uint16Array | Uint8Array, index: number, length: number): number =>
  index < 0 ? -1 : index >= length ? -2 : (column[index] as number);

const { imul } = Math;
const affixes: Affixes = { prefix2: 0, prefix3: 0, suffix2: 0, suffix3: 0, suffix4: 0 };

/**
 * Writes the N_FEATURES rows of token `i` into `rows`.
 * @param known what is known of each token's word (gazetteer.ts)
 */
export function featuresOf(tokens: Tokens, known: Uint16Array, i: number, rows: Int32Array): void {
  const n = tokens.length;
  const knownHere = known[i] as number;
  const knownBefore = at(known, i - 1, n);
  const knownAfter = at(known, i + 1, n);
  const usageHere = knownHere >> USAGE_SHIFT;

  // A feature looks at some of these values, each multiplied by a number of its own: the hash of their sum is as good as mixing
  // them one by one, in half of the time.
  const word = imul(tokens.word[i] as number, 0x5bd1e995);
  const before = imul(at(tokens.word, i - 1, n), 0x1b873593);
  const after = imul(at(tokens.word, i + 1, n), 0xcc9e2d51);
  const before2 = imul(at(tokens.word, i - 2, n), 0x38b34ae5);
  const after2 = imul(at(tokens.word, i + 2, n), 0xa1e38b93);
  const shape = imul(tokens.shape[i] as number, 0x85ebca6b);
  const shapeBefore = imul(at(tokens.shape, i - 1, n), 0xc2b2ae35);
  const shapeAfter = imul(at(tokens.shape, i + 1, n), 0x27d4eb2f);
  const shapeBefore2 = imul(at(tokens.shape, i - 2, n), 0x59f111f1);
  const shapeAfter2 = imul(at(tokens.shape, i + 2, n), 0x923f82a5);
  const form = imul(tokens.form[i] as number, 0x165667b1);
  const formBefore = imul(at(tokens.form, i - 1, n), 0x6a09e667);
  const formAfter = imul(at(tokens.form, i + 1, n), 0xbb67ae85);
  const list = imul(knownHere & LISTS, 0x9e3779b1);
  const listBefore = imul(knownBefore < 0 ? knownBefore : knownBefore & LISTS, 0x7feb352d);
  const listAfter = imul(knownAfter < 0 ? knownAfter : knownAfter & LISTS, 0x846ca68b);
  const listBefore2 = imul(at(known, i - 2, n) & LISTS, 0xab1c5ed5);
  const listAfter2 = imul(at(known, i + 2, n) & LISTS, 0xd807aa99);
  const usage = imul(usageHere, 0xd3a2646d);
  const usageBefore = imul(knownBefore >> USAGE_SHIFT, 0xfd7046c5);
  const usageAfter = imul(knownAfter >> USAGE_SHIFT, 0xb55a4f09);
  const casing = imul(casingOf(usageHere), 0x1f83d9ab);
  const label = imul(tokens.label[i] as number, 0x3c6ef373);
  const gap = imul(tokens.gap[i] as number, 0x510e527f);
  const gapAfter = imul(at(tokens.gap, i + 1, n), 0x9b05688d);
  affixesOf(tokens, i, affixes);
  const prefix2 = imul(affixes.prefix2, 0x428a2f99);
  const prefix3 = imul(affixes.prefix3, 0x71374493);
  const suffix2 = imul(affixes.suffix2, 0xb5c0fbcf);
  const suffix3 = imul(affixes.suffix3, 0xe9b5dba5);
  const suffix4 = imul(affixes.suffix4, 0x3956c25b);
  const shapes = shapeBefore + shape + shapeAfter;
  const cased = shape + gap;
  const used = usage + shape;
  const written = casing + shape;

  rows[0] = word;
  rows[1] = word + shape;
  rows[2] = before;
  rows[3] = after;
  rows[4] = before2;
  rows[5] = after2;
  rows[6] = before + word;
  rows[7] = word + after;
  rows[8] = form + gap;
  rows[9] = form + formBefore;
  rows[10] = form + formAfter;
  rows[11] = shapes + gap + gapAfter;
  rows[12] = prefix2 + cased;
  rows[13] = prefix3 + cased;
  rows[14] = suffix2 + cased;
  rows[15] = suffix3 + cased;
  rows[16] = suffix4 + shape;
  rows[17] = list + shape;
  rows[18] = list + listBefore;
  rows[19] = list + listAfter;
  rows[20] = list + listBefore + listAfter + shapes;
  rows[21] = label + shape;
  rows[22] = label + list + cased;
  rows[23] = before + shape + list;
  rows[24] = after + shape + list;
  rows[25] = shapes + shapeBefore2;
  rows[26] = shapes + shapeAfter2;
  rows[27] = before + after;
  rows[28] = before2 + before;
  rows[29] = listBefore2 + list + listAfter2 + shape;
  rows[30] = used + gap;
  rows[31] = used + usageBefore + shapeBefore;
  rows[32] = used + usageAfter + shapeAfter;
  rows[33] = used + list + label;
  rows[34] = written + before;
  rows[35] = written + after;
  for (let f = 0; f < N_FEATURES; f += 1) {
    const sum = (rows[f] as number) + imul(f, 0x01000193);
    rows[f] = imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> (32 - ROW_BITS);
  }
}
