// Every pre-tokenizer's words: against llama.cpp (node-llama-cpp loads the same vocabulary under each name), and against
// JavaScript's RegExp with the published pattern where llama.cpp departs from what the model was trained with.
// All names take about a minute: `npm run conformance` asks for them, a plain test run takes one name of every few.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasNodeLlamaCpp, LlamaCpp } from '../../bench/engine/llama-cpp.ts';
import { packageRoot } from '../../contract/built-file.ts';
import { type GgufFile, writeGguf } from '../support/gguf-writer.ts';
import {
  bytePairVocabulary,
  characterVocabulary,
  type PairVocabulary,
  pairFile,
} from '../support/pair-vocabulary.ts';
import { splitByPublishedPattern, splitPatterns } from '../support/split-patterns.ts';

const data = join(packageRoot, '..', 'shared', 'data');
const present = existsSync(data);
const tool = join(packageRoot, 'native', 'build', 'tokenizer_fuzz');
const everything = process.env['TIERGATE_CONFORMANCE'] === '1';

/** Where llama.cpp cuts otherwise than the pattern its models were trained with. */
const DEPARTURES: Record<string, string> = {
  afmoe: 'llama.cpp glues the first group of digits to the text before it',
  tiny_aya:
    'llama.cpp also groups digits that a letter follows, and glues the first group to the text before it',
  cohere2moe: 'as tiny_aya',
  'kimi-k2': 'llama.cpp does not cut where lower case turns into upper case',
  youtu: 'llama.cpp does not cut where lower case turns into upper case',
};
/** Names that this llama.cpp does not have. */
const OURS_ALONE = new Set(['gpt-neox']);
const ofCharacters = new Set(['gemma4', 'granite-embed-multi-311m', 'sarvam-moe', 'whitespace']);

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

function rowsOf(command: string, argument: string, texts: readonly string[]): number[][] {
  const { stdout, stderr, status } = spawnSync(tool, [command, argument], {
    input: texts.map((text) => `${escaped(text)}\n`).join(''),
    maxBuffer: 1 << 28,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').filter(Boolean).map(Number));
}

const hardTexts = [
  '12345678',
  'a1234567 b',
  '1234567é 1234万 123_ 1 12 123 1234 12345',
  `x${' '.repeat(70)}y${' '.repeat(700)}\n\n  z`,
  '  \n\n \t x\n',
  "don't DON'T We'LL l'été ſ'S",
  "HelloWorld HTTPServer's getHTTPResponseCode",
  '한국어 텍스트 입니다 ㄱㄴ ㄅㄆ',
  '日本語のテキスト、漢字とカタカナ。',
  '中文,汉字123汉字abc 𠀀𠀁',
  'ภาษาไทย ทดสอบ ลาว ພາສາ',
  'हिन्दी में पाठ বাংলা',
  'e\u0301e\u0301 a\u0301bc Ünïcödé',
  '٣٤٥٦ ௧௨௩ ²³ ½ ⅷ',
  '!!!??? ...\n\n//// #include <a.h>\r\n\r\n',
  '🙂🙂 👨‍👩‍👧 ok',
  '$100,000.00 50% =+-*/',
  '\u00a0\u3000 \u2028x',
  'Привет МИР Ελληνικά ΑΒΓ',
  "Turkce'nin Ankara'da İSTANBUL",
  'ǅungla ﬁ ª º ʰ',
  'IMGIMGABCZ <sentinel:12>',
  '',
  '\n',
];

const texts = present
  ? [
      ...hardTexts,
      ...readFileSync(join(data, 'corpora', 'calibration_datav3.txt'), 'utf8')
        .split('\n')
        .filter((line, index) => line.length < 600 && index % (everything ? 4 : 16) === 0),
    ]
  : hardTexts;

function knownNames(): string[] {
  const { stderr } = spawnSync(tool, ['words', 'no-such-name'], { input: '', encoding: 'utf8' });
  return (stderr.split('use a model with one of: ')[1] ?? '').trim().split(', ');
}

const build = ['native/build.mjs', '--tests', '--if-stale', '--target=tokenizer_fuzz'];
if (present)
  execFileSync(process.execPath, build, { cwd: packageRoot, stdio: ['ignore', 'ignore', 'inherit'] });
const names = present ? knownNames() : [];
const reason = !present
  ? ' (skipped: ../shared/data is absent)'
  : hasNodeLlamaCpp
    ? ''
    : ' (skipped: bench/peers is not installed)';

describe.skipIf(reason !== '')(`words beside llama.cpp${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-pre-tokenizers-'));
  let peer: LlamaCpp;
  let bytes: PairVocabulary;
  let characters: PairVocabulary;
  beforeAll(async () => {
    bytes = bytePairVocabulary(join(data, 'vocab', 'qwen', 'qwen.tiktoken'), everything ? 60_000 : 20_000);
    characters = characterVocabulary(bytes);
    peer = await LlamaCpp.start();
  }, 60_000);
  afterAll(async () => {
    await peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  // Two spaces in a row make this llama.cpp abort under "whitespace".
  const textsFor = (name: string): string[] =>
    name === 'whitespace' ? texts.filter((text) => !/\s\s/.test(text)) : texts;

  for (const [index, name] of names.entries()) {
    if (!everything && index % 8 !== 0 && !ofCharacters.has(name)) continue;
    const excluded =
      DEPARTURES[name] ??
      (OURS_ALONE.has(name) ? 'llama.cpp has no such name any more; GPT-NeoX files have' : undefined);
    it.skipIf(excluded)(`${name}: the same ids${excluded ? ` (skipped: ${excluded})` : ''}`, async () => {
      const path = join(folder, 'vocabulary.gguf');
      const file: GgufFile = pairFile(name, ofCharacters.has(name) ? characters : bytes);
      writeGguf(path, file);
      await peer.openVocabulary(path);
      const theirs = await peer.tokenizeAll(textsFor(name));
      const ours = rowsOf('encode', path, textsFor(name));
      const differing = textsFor(name).filter((_, i) => ours[i]?.join() !== theirs[i]?.join());
      expect(differing).toEqual([]);
    });
  }
});

describe.skipIf(!present)('words beside the published pattern (skipped without ../shared/data)', () => {
  it.each(Object.keys(splitPatterns))('%s: the same words as RegExp', (name) => {
    const ours = rowsOf('words', name, texts);
    const theirs = texts.map((text) =>
      splitByPublishedPattern(name, text).map((word) => Buffer.byteLength(word)),
    );
    const differing = texts.filter((_, i) => ours[i]?.join() !== theirs[i]?.join());
    expect(differing).toEqual([]);
  });
});
