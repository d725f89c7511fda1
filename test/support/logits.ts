// Logits of a model file along given tokens, straight from the native engine.
import { nativeAddon } from '../../engine/binding.ts';

/** (tokens.length, n_vocab): after each token. */
export async function logitsAlong(path: string, tokens: readonly number[]): Promise<Float32Array[]> {
  const model = await nativeAddon().openModel(path, '');
  const engine = model.createEngine({ nCtx: 512 });
  try {
    const session = engine.newSession();
    const rows: Float32Array[] = [];
    for (const token of tokens) {
      const [result] = await engine.step([{ session, tokens: Int32Array.of(token), sample: true, nTop: 0 }]);
      if (result?.error) throw new Error(result.error);
      rows.push(session.logits());
    }
    return rows;
  } finally {
    engine.close();
    model.close();
  }
}

/** Ids of a text, with the start token where the model wants it. */
export async function tokensOf(path: string, text: string): Promise<number[]> {
  const model = await nativeAddon().openModel(path, '');
  try {
    return [...model.tokenize(text, true, true)];
  } finally {
    model.close();
  }
}

export const largestDifference = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
  Math.max(
    ...a.map((row, i) => row.reduce((most, x, j) => Math.max(most, Math.abs(x - (b[i]?.[j] ?? NaN))), 0)),
  );
