// llama.cpp's name of a pre-tokenizer, from how tokenizer.json describes it: by its expressions, not by a digest of ids.
import { notSupported } from './source.ts';

interface Step {
  type?: string;
  pretokenizers?: Step[];
  pattern?: { Regex?: string; String?: string };
  individual_digits?: boolean;
  use_regex?: boolean;
}

const SPACES = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const llama3 = (digits: string, contractions = CONTRACTIONS): string =>
  String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|${SPACES}`;
const cased = (digits: string, suffix: string): string => {
  const [upper, lower] = [String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`];
  const word = (first: string, second: string): string =>
    String.raw`[^\r\n\p{L}\p{N}]?${upper}${first}${lower}${second}${suffix}`;
  return `${word('*', '+')}|${word('+', '*')}|${digits}${String.raw`| ?[^\s\p{L}\p{N}]+[\r\n/]*|`}${SPACES}`;
};

/** Names by the steps, each `split EXPRESSION`, `digits` or `bytes` (which cuts as GPT-2 did). */
const NAMES = new Map<string, string>([
  [`split ${llama3('\\p{N}{1,3}')}`, 'llama-bpe'],
  [`split ${llama3('\\p{N}')}`, 'qwen2'],
  [`split ${cased('\\p{N}{1,3}', `${CONTRACTIONS}?`)}`, 'gpt-4o'],
  [`split ${cased('\\p{N}', '')}`, 'tekken'],
  ['bytes', 'gpt-2'],
  ['digits bytes', 'smollm'],
  [
    `split ${String.raw`\p{N}{1,3}`} split [一-龥぀-ゟ゠-ヿ]+ split ` +
      String.raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_${'`'}{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|${SPACES}`,
    'deepseek-v3',
  ],
]);

/** (?i:'s) and the like are written in several ways. */
const spelt = (expression: string): string =>
  expression
    .replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", CONTRACTIONS)
    .replace("(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])", CONTRACTIONS)
    .replace('(?i:[sdmt]|ll|ve|re)', CONTRACTIONS);

function stepsOf(step: Step): string[] {
  if (step.type === 'Sequence') return (step.pretokenizers ?? []).flatMap(stepsOf);
  if (step.type === 'Split') return [`split ${spelt(step.pattern?.Regex ?? step.pattern?.String ?? '')}`];
  if (step.type === 'Digits') return [step.individual_digits ? 'digits' : 'digit runs'];
  if (step.type === 'ByteLevel') return step.use_regex === false ? [] : ['bytes'];
  return [String(step.type)];
}

/** @throws {GatewayError} MODEL_FORMAT_UNSUPPORTED; the message holds what was found */
export function preTokenizerName(path: string, preTokenizer: unknown): string {
  const steps = stepsOf((preTokenizer ?? {}) as Step).join(' ');
  const found = NAMES.get(steps);
  if (found) return found;
  const known = [...NAMES.values()].join(', ');
  throw notSupported(
    `${path}: pre-tokenizer "${steps.slice(0, 200)}" is not known; known: those of ${known}`,
  );
}
