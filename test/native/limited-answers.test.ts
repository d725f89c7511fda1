// An answer that may have only so many tokens is brought to its end within them, and is the answer without a limit until
// that must be. The vocabulary has the 256 bytes only: the fewest tokens are the fewest bytes, which the expression's own
// automaton tells.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeEngine, NativeGrammar } from '../../engine/binding.ts';
import { type Dfa, LanguageTooLarge } from '../../engine/grammar/dfa.ts';
import { matchingWhole } from '../../engine/grammar/regex.ts';
import { Model } from '../../engine/model.ts';
import { piecesVocabulary } from '../support/pieces-vocabulary.ts';
import { tinyModel } from '../support/tiny-gguf.ts';

let model: Model;
let engine: NativeEngine;
beforeAll(async () => {
  const vocabulary = piecesVocabulary([]);
  model = await Model.open(tinyModel({ architecture: 'qwen3', layers: 1, vocabulary }));
  engine = model.createEngine({ threads: 1, contextTokens: 256, kvTokens: 1024, batchTokens: 64 });
});
afterAll(() => {
  engine.close();
  model.close();
});

interface Answer {
  tokens: number[];
  /** Of the text, without a token that ended it. */
  bytes: number[];
  ended: boolean;
}

async function answer(grammar: NativeGrammar, seed: number, limit: number | undefined): Promise<Answer> {
  const session = engine.newSession();
  try {
    session.setSampler({ temperature: seed % 3 === 0 ? 0 : 1, seed: BigInt(seed) });
    session.setGrammar(grammar, limit);
    const found: Answer = { tokens: [], bytes: [], ended: false };
    let tokens = model.tokenize('x', { special: true });
    while (!found.ended && found.tokens.length < (limit ?? 60)) {
      const [result] = await engine.step([{ session, tokens, sample: true, nTop: 0 }]);
      if (result!.error) throw new Error(result!.error);
      found.tokens.push(result!.token);
      const isEnd = model.isEndOfGeneration(result!.token);
      if (!isEnd) found.bytes.push(...model.tokenBytes(result!.token));
      found.ended = isEnd || result!.complete === true;
      tokens = Int32Array.of(result!.token);
    }
    return found;
  } finally {
    session.close();
  }
}

/** Bytes that are still needed after these; null: nothing goes on so. */
function needed(dfa: Dfa, bytes: readonly number[]): number | null {
  let at = new Set([0]);
  const go = (from: Set<number>, byte: number | null): Set<number> =>
    new Set(
      [...from].flatMap((state) =>
        dfa.edges[state]!.filter(
          ([least, greatest]) => byte === null || (least <= byte && byte <= greatest),
        ).map(([, , to]) => to),
      ),
    );
  for (const byte of bytes) at = go(at, byte);
  for (let count = 0; at.size > 0 && count < 200; count++, at = go(at, null))
    if ([...at].some((state) => dfa.accepting[state])) return count;
  return null;
}

const letters = fc.constantFrom('a', 'b', 'é', '[a-f]', '[^x]', '"');
const pattern = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    letters,
    fc.tuple(tie('any'), tie('any')).map(([x, y]) => `${x}${y}`),
    fc.tuple(tie('any'), tie('any')).map(([x, y]) => `(?:${x}|${y})`),
    fc
      .tuple(tie('any'), fc.constantFrom('*', '+', '?', '{2,5}', '{3}', '{4,}'))
      .map(([x, times]) => `(?:${x})${times}`),
  ),
})).any;

/** null: the pattern needs more states than a grammar may have. */
function automatonOf(source: string): Dfa | null {
  try {
    return matchingWhole(source);
  } catch (error) {
    if (error instanceof LanguageTooLarge) return null;
    throw error;
  }
}

describe('answers of limited length', () => {
  it('are complete where the shortest one fits, and differ only where they must', async () => {
    await fc.assert(
      fc.asyncProperty(
        pattern,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(1000),
        async (source, limit, seed) => {
          const dfa = automatonOf(source);
          if (dfa === null) {
            expect(() => model.grammar({ kind: 'regex', pattern: source })).toThrow('states');
            return;
          }
          const grammar = model.grammar({ kind: 'regex', pattern: source });
          const free = await answer(grammar, seed, undefined);
          const limited = await answer(grammar, seed, limit);
          const shortest = needed(dfa, [])!;
          if (shortest <= limit) expect(needed(dfa, limited.bytes)).toBe(0);
          const same = limited.tokens.findIndex((token, i) => token !== free.tokens[i]);
          if (same < 0) return;
          // Without a limit it would have gone on with a token after which the rest does not fit.
          const bytes = free.tokens.slice(0, same + 1).flatMap((token) => [...model.tokenBytes(token)]);
          expect(needed(dfa, bytes)! > limit - same - 1 && shortest <= limit).toBe(true);
        },
      ),
      // The second is one that needs more states than there may be.
      {
        numRuns: 150,
        examples: [
          ['a{2,5}', 3, 0],
          ['(?:a|[a-f])*a(?:[a-f]{3}){2,5}', 1, 0],
        ],
      },
    );
  });

  it('are cut where even the shortest does not fit', async () => {
    const grammar = model.grammar({ kind: 'json_schema', schema: { const: 'a long constant' } });
    const cut = await answer(grammar, 1, 5);
    expect(cut).toMatchObject({ ended: false, bytes: [...Buffer.from('"a lo')] });
    expect((await answer(grammar, 1, 17)).ended).toBe(true);
  });
});
