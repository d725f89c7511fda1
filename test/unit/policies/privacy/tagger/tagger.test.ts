import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../../contract/built-file.ts';
import {
  beginOf,
  isInside,
  mayFollow,
  N_TAGS,
  TYPES,
  typeOf,
} from '../../../../../policies/privacy/tagger/labels.ts';
import { readModel, writeModel } from '../../../../../policies/privacy/tagger/model.ts';
import { createTagger } from '../../../../../policies/privacy/tagger/tagger.ts';
import {
  type Affixes,
  affixesOf,
  SHAPE,
  tokenize,
  wordHash,
} from '../../../../../policies/privacy/tagger/tokens.ts';

const MODEL = join(packageRoot, 'policies/privacy/tagger/model.bin');
const tag = createTagger(readModel(MODEL));
const valuesIn = (text: string): string[] =>
  tag(text).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

describe('tokens', () => {
  const words = (text: string): string[] => {
    const { length, start, end } = tokenize(text);
    return Array.from({ length }, (_, i) => text.slice(start[i], end[i]));
  };

  it('are runs of letters, runs of digits and single other characters', () => {
    expect(words("O'Neil, 12a\n—Zoë 東京 🙂!")).toEqual([
      'O',
      "'",
      'Neil',
      ',',
      '12',
      'a',
      '—',
      'Zoë',
      '東',
      '京',
      '🙂',
      '!',
    ]);
    expect(words('')).toEqual([]);
    expect(words(' \n\t')).toEqual([]);
  });

  it('say how they look, what stands before them, and the label of their line', () => {
    const tokens = tokenize('full name: Jo McKay\nB 7');
    expect([...tokens.shape.slice(0, 8)]).toEqual([
      SHAPE.lower,
      SHAPE.lower,
      SHAPE.other,
      SHAPE.capitalised,
      SHAPE.mixed,
      SHAPE.initial,
      SHAPE.digits,
      tokens.shape[7],
    ]);
    expect([...tokens.gap.slice(0, 7)]).toEqual([2, 1, 0, 1, 1, 2, 1]);
    expect(tokens.label[3]).toBe(wordHash('name'));
    expect(tokens.label[5]).toBe(0);
  });

  it('hash a word whatever its case', () => {
    expect(wordHash('Zoë')).toBe(wordHash('zOË'));
    const tokens = tokenize('ZOË');
    expect(tokens.word[0]).toBe(wordHash('zoë'));
  });
});

describe('affixes of a token', () => {
  const affixes = (text: string, i = 0): Affixes => {
    const out: Affixes = { prefix2: 0, prefix3: 0, suffix2: 0, suffix3: 0, suffix4: 0 };
    affixesOf(tokenize(text), i, out);
    return out;
  };

  it('are those of its letters, whatever their case and what stands around it', () => {
    const alone = affixes('weber');
    expect(affixes('von WEBER, 7', 1)).toEqual(alone);
    expect(alone.prefix2).toBe(wordHash('we'));
    expect(alone.prefix3).toBe(wordHash('web'));
    const { suffix2, suffix3, suffix4 } = affixes('Leber');
    expect([suffix2, suffix3, suffix4]).toEqual([alone.suffix2, alone.suffix3, alone.suffix4]);
    expect(affixes('faber').suffix4).not.toBe(alone.suffix4);
    expect(affixes('faber').suffix3).toBe(alone.suffix3);
  });

  it('of a short word are the word, of digits how many there are, of a sign the sign', () => {
    expect(affixes('zoë')).toMatchObject({ prefix3: wordHash('zoë') });
    expect(affixes('zo')).toMatchObject({ prefix2: wordHash('zo'), prefix3: wordHash('zo') });
    expect(affixes('z')).toMatchObject({ prefix2: wordHash('z'), prefix3: wordHash('z') });
    expect(affixes('1234')).toEqual(affixes('5678'));
    expect(affixes('123')).not.toEqual(affixes('5678'));
    expect(affixes(',')).not.toEqual(affixes(';'));
    const { prefix2, suffix4 } = affixes('王');
    expect(prefix2).toBe(suffix4);
  });
});

describe('labels', () => {
  it('go on only with their own type', () => {
    for (let type = 0; type < TYPES.length; type += 1) {
      const begin = beginOf(type);
      expect(typeOf(begin)).toBe(type);
      expect(isInside(begin)).toBe(false);
      expect(mayFollow(begin, begin + 1)).toBe(true);
      expect(mayFollow(begin + 1, begin + 1)).toBe(true);
      expect(mayFollow(0, begin + 1)).toBe(false);
      for (let from = 1; from < N_TAGS; from += 1)
        expect(mayFollow(from, begin + 1)).toBe(typeOf(from) === type);
    }
  });
});

describe('the shipped tagger', () => {
  it('finds what is named, with offsets that slice() takes', () => {
    expect(valuesIn('Please call Anna Weber tomorrow.')).toEqual(['PERSON Anna Weber']);
    expect(valuesIn('🙂🙂 Please call Anna Weber 🙂 tomorrow.')).toContain('PERSON Anna Weber');
    expect(valuesIn('What is the capital of a company in accounting?')).toEqual([]);
  });

  it('takes an address over its lines as one', () => {
    expect(valuesIn('Ship to:\n742 Evergreen Terrace\nSpringfield, IL 62704\n')).toEqual([
      'ADDRESS 742 Evergreen Terrace\nSpringfield, IL 62704',
    ]);
  });

  it('takes an address with no number, or with one letter for a door, as one', () => {
    expect(valuesIn('Hospital del Norte. Plaza de Armas, s/n. 41003 Sevilla.')).toEqual([
      'ADDRESS Plaza de Armas, s/n. 41003 Sevilla',
    ]);
    expect(valuesIn('Domicilio: Camino de Ronda, s/n - 18004 Granada')).toEqual([
      'ADDRESS Camino de Ronda, s/n - 18004 Granada',
    ]);
  });

  it('takes an address whose first word is a usual one, at the beginning of a line', () => {
    expect(valuesIn('Nos mudamos.\nAv. Reforma 12, 3 B, 28014 Madrid')).toEqual([
      'ADDRESS Av. Reforma 12, 3 B, 28014 Madrid',
    ]);
    expect(valuesIn('Send it to:\nSt. James Street 12, London\n')).toEqual([
      'ADDRESS St. James Street 12, London',
    ]);
  });

  it('finds persons in Chinese, Japanese and Korean sentences, and none where nobody is named', () => {
    expect(valuesIn('请联系李小明，电话是13800138000。')).toEqual(['PERSON 李小明']);
    expect(valuesIn('昨天王芳和刘洋一起去上海出差。')).toEqual(['PERSON 王芳', 'PERSON 刘洋']);
    expect(valuesIn('私は佐藤花子と申します。')).toEqual(['PERSON 佐藤花子']);
    expect(valuesIn('担当の鈴木が対応いたします。')).toEqual(['PERSON 鈴木']);
    expect(valuesIn('김민수에게 감사 인사를 적어 줘.')).toEqual(['PERSON 김민수']);
    expect(valuesIn('제 이름은 이영희입니다.')).toEqual(['PERSON 이영희']);
    for (const text of [
      '机器学习是人工智能的一个分支，请解释一下神经网络的原理。',
      'この関数は配列をソートして、重複を取り除きます。',
      '머신러닝의 기본 개념을 설명해 주세요.',
    ])
      expect(valuesIn(text)).toEqual([]);
  });

  it('finds more the more recall is asked for', () => {
    const text = readFileSync(join(packageRoot, 'README.md'), 'utf8');
    const counts = [-2, 0, 2].map((recall) => tag(text, { recall }).length);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[2]).toBeGreaterThan(counts[0] as number);
  });

  it('finds the same in a long text as in a short one, wherever the name stands', () => {
    const filler = 'the quick brown fox jumps over the lazy dog and goes home again\n';
    for (const lines of [0, 100, 250, 257, 600]) {
      const before = filler.repeat(lines);
      const text = `${before}Please call Anna Weber tomorrow.\n${filler.repeat(300)}`;
      expect(tag(text).map(({ start, end }) => [start, text.slice(start, end)])).toEqual([
        [before.length + 12, 'Anna Weber'],
      ]);
    }
  });

  it('gives sorted, disjoint, non-empty spans within any text, and never half a character', () => {
    const word = fc.constantFrom(
      'Anna',
      'Weber',
      'Berlin',
      'Street',
      '12',
      'GmbH',
      '\ud83d',
      '\ude42',
      '🙂',
      '\n',
      ',',
      ':',
      'é',
      '王',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(word, { maxLength: 60 }).map((parts) => parts.join(' ')),
      fc.array(word, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.double({ min: -3, max: 5, noNaN: true }), (sample, recall) => {
        let last = 0;
        for (const { start, end, score } of tag(sample, { recall })) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(sample.length);
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(1);
          for (const at of [start, end])
            expect(/^[\ud800-\udbff][\udc00-\udfff]$/.test(sample.slice(at - 1, at + 1))).toBe(false);
          last = end;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('takes linear time on 1 MB of anything', () => {
    const seeds = ['A', 'Anna Weber, ', 'a:', '🙂', '12 Main Street, '];
    for (const seed of seeds) {
      const timeOf = (length: number): number => {
        const text = seed.repeat(Math.ceil(length / seed.length));
        const start = performance.now();
        tag(text);
        return performance.now() - start;
      };
      let best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number];
      for (let attempt = 0; attempt < 5; attempt += 1) {
        best = [Math.min(best[0], timeOf(125_000)), Math.min(best[1], timeOf(1_000_000))];
        if (best[1] < 16 * best[0] + 5) break;
      }
      expect(best[1], seed).toBeLessThan(16 * best[0] + 5);
    }
  }, 60_000);
});

describe("the model's file", () => {
  it('is what was written', () => {
    const bytes = readFileSync(MODEL);
    expect(writeModel(readModel(MODEL)).equals(bytes)).toBe(true);
    expect(bytes.length).toBeLessThanOrEqual(16e6);
  });

  it('is refused when it is cut, of another version or no model', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tagger-'));
    try {
      const bytes = readFileSync(MODEL);
      const other = Buffer.from(bytes);
      other.writeUInt32LE(99, 8);
      for (const data of [
        bytes.subarray(0, bytes.length - 1),
        bytes.subarray(0, 10),
        Buffer.alloc(0),
        other,
      ]) {
        const file = join(folder, 'model.bin');
        writeFileSync(file, data);
        expect(() => readModel(file)).toThrow('npm run train:tagger');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
