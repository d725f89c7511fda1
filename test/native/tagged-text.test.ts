// Tagged text as a grammar reads it, beside a plain search for every way to divide the text into free parts and calls.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeAddon } from '../../engine/binding.ts';
import type { Constraint } from '../../engine/constraint.ts';
import { compileConstraint } from '../../engine/grammar/compile.ts';

interface Tag {
  begin: string;
  /** A regular expression. */
  content: string;
  end: string;
}
interface Tagged {
  tags: Tag[];
  required: boolean;
  parallel: boolean;
}

const compiled = ({ tags, required, parallel }: Tagged) => {
  const constraint: Constraint = {
    kind: 'tagged',
    tags: tags.map(({ begin, content, end }) => ({
      begin,
      content: { kind: 'regex', pattern: content },
      end,
    })),
    required,
    parallel,
  };
  return nativeAddon().compileGrammar(compileConstraint(constraint));
};

const quoted = (text: string): string => text.replace(/[[\]{}()*+?.\\^$|/]/g, '\\$&');

/** Whether the text is free parts, in which no tag begins, with calls between them. */
function isTagged(text: string, { tags, required, parallel }: Tagged): boolean {
  const calls = tags.map(
    ({ begin, content, end }) => new RegExp(`^${quoted(begin)}(?:${content})${quoted(end)}$`, 'su'),
  );
  const isCall = (part: string): boolean => calls.some((call) => call.test(part));
  const isFree = (part: string): boolean =>
    required ? /^[ \n\r\t]{0,8}$/.test(part) : tags.every(({ begin }) => !part.includes(begin));
  const known = new Map<string, boolean>();
  const from = (at: number, count: number): boolean => {
    const key = `${at} ${Math.min(count, 1)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const rest = text.slice(at);
    let can = required ? count > 0 && rest === '' : isFree(rest);
    const maySpeak = required ? count > 0 : true;
    if (count === 0 || parallel)
      for (let begin = at; begin < text.length && !can; begin++) {
        if (begin > at && !(maySpeak && isFree(text.slice(at, begin)))) continue;
        for (let end = begin + 1; end <= text.length && !can; end++)
          can = isCall(text.slice(begin, end)) && from(end, count + 1);
      }
    known.set(key, can);
    return can;
  };
  return from(0, 0);
}

const begin = fc.constantFrom('<a>', '<ab>', '[', '[[', 'aa', 'é', '<a><a>');
const tag = fc.record({
  begin,
  content: fc.constantFrom('[ab]{0,2}', '\\{[^}]*\\}', 'a+', 'é?'),
  end: fc.constantFrom('</a>', ']', '', '\n'),
});
const tagged = fc.record({
  tags: fc.uniqueArray(tag, { minLength: 1, maxLength: 3, selector: (each) => each.begin }),
  required: fc.boolean(),
  parallel: fc.boolean(),
});
const scraps = ['<', 'a', 'b', '>', '[', ']', '{', '}', ' ', '\n', 'é', 'aa', '{a}', 'x', '</a>'];

/** Texts that are mostly near to what is allowed. */
const textFor = ({ tags }: Tagged) =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...scraps),
        fc
          .tuple(fc.constantFrom(...tags), fc.constantFrom('', 'a', 'ab', '{}', '{b}', 'é'))
          .map(([{ begin: start, end }, content]) => `${start}${content}${end}`),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''));

describe('tagged text', () => {
  it('is what a search for its parts finds', () => {
    fc.assert(
      fc.property(
        tagged.chain((format) =>
          fc.tuple(fc.constant(format), fc.array(textFor(format), { minLength: 8, maxLength: 8 })),
        ),
        ([format, texts]) => {
          const grammar = compiled(format);
          for (const text of texts)
            expect({ text, accepted: grammar.accepts(text) }).toEqual({
              text,
              accepted: isTagged(text, format),
            });
        },
      ),
      { numRuns: 200 },
    );
  });
});
