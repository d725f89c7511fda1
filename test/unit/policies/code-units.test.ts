import { describe, expect, test } from 'vitest';
import { addText, emptyCounts } from '../../../policies/classify/text-counts.ts';
import { topicsOfText } from '../../../policies/classify/topics.ts';
import { readWords } from '../../../policies/classify/words.ts';
import { codeUnits } from '../../../policies/code-units.ts';
import { gapFeatures } from '../../../policies/gap/features.ts';
import { tokenize } from '../../../policies/privacy/tagger/tokens.ts';

const TEXTS = ['', 'A.', 'Zürich 漢字 привет', '\ud83d\ude00 \ud83d', 'a\0b', '``', 'x'.repeat(70_000), '- '];

describe('code units', () => {
  test('are those of the text, with NULs behind, whatever was read before', () => {
    for (const text of [...TEXTS, ...TEXTS.toReversed()]) {
      const expected = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
      expect(
        codeUnits(text)
          .subarray(0, text.length + 2)
          .join(),
      ).toBe([...expected, 0, 0].join());
    }
  });

  const readers: Record<string, (text: string) => unknown> = {
    counts(text) {
      const counts = emptyCounts();
      addText(counts, text);
      return counts;
    },
    words: (text) => readWords(text, text),
    topics: topicsOfText,
    features: (text) => gapFeatures(text, 'chat'),
    tokens(text) {
      const { length, word, end } = tokenize(text);
      return [...word.subarray(0, length), ...end.subarray(0, length)];
    },
  };

  test.each(Object.entries(readers))('%s: nothing of a longer text is left for the next one', (_, read) => {
    const first = TEXTS.map((text) => {
      read('\0'.repeat(80_000));
      return read(text);
    });
    const after = TEXTS.map((text) => {
      read('`). 1- patient'.repeat(100));
      return read(text);
    });
    expect(after).toEqual(first);
  });
});
