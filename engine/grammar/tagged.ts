// Free text with tagged parts in it: as soon as the text has spelt a tag's beginning, it goes on as that tag says.
import type { Constraint } from '../constraint.ts';
import { ALL, asUtf8 } from './characters.ts';
import { bytes, type Dfa, determinise, either, type Regular, seq, subtract, times } from './dfa.ts';
import { choice, EMPTY, type Expression, type Rules, repeat, sequence } from './form.ts';

type Tagged = Extract<Constraint, { kind: 'tagged' }>;

const ANY = Number.POSITIVE_INFINITY;

/**
 * inner: of a tag's content; literal: of a text in which control tokens stand as such. A beginning that is or holds a
 * control token cannot be met by chance: free text has none.
 */
export function tagged(
  { tags, required, parallel }: Tagged,
  rules: Rules,
  inner: (content: Constraint) => Expression,
  literal: (text: string) => Expression,
): Expression {
  const call = rules.add(
    choice(...tags.map(({ begin, content, end }) => sequence(literal(begin), inner(content), literal(end)))),
  );
  const begins = tags.map(({ begin }) => begin);
  // No rule of its own: masks of text are made faster where no rule can end (native/src/grammar/plain_runs.h).
  const free: Expression = { op: 'dfa', dfa: textWithout(begins) };
  const next = sequence(free, call);
  if (required) return sequence(call, parallel ? repeat(sequence(between, call), 0, -1) : EMPTY);
  return sequence(parallel ? repeat(next, 0, -1) : repeat(next, 0, 1), free);
}

/** White space that may stand between calls. */
const between: Expression = {
  op: 'dfa',
  dfa: determinise(times(either(bytes(' '), bytes('\n'), bytes('\r'), bytes('\t')), 0, 8)),
};

/** Texts in which none of the beginnings occurs. */
function textWithout(begins: readonly string[]): Dfa {
  const any = times(asUtf8(ALL), 0, ANY);
  const all = determinise(any);
  if (begins.length === 0) return all;
  const met: Regular = seq(any, either(...begins.map(bytes)), any);
  return subtract(all, determinise(met));
}
