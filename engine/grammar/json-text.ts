// How JSON is written inside a grammar. White space: at most one blank, or a line end and up to 32 blanks, where JSON
// allows any. Strings with bounds are written as JSON.stringify does; free ones may use any escape. Numbers have at most
// 20 digits before and 16 after the point and an exponent below 100, so that each is a finite double.
import { ALL, asJsonString, asUtf8, characters, complement, oneOf } from './characters.ts';
import { byteRange, bytes, type Dfa, determinise, either, type Regular, seq, times } from './dfa.ts';
import { choice, type Expression, type Rules, repeat, sequence, text } from './form.ts';

export const dfa = (regular: Regular): Expression => ({ op: 'dfa', dfa: determinise(regular) });
const ANY = Number.POSITIVE_INFINITY;

export const DIGIT = byteRange(0x30, 0x39);
const ONE_TO_NINE = byteRange(0x31, 0x39);
const OPTIONAL_MINUS = times(bytes('-'), 0, 1);
export const FRACTION = seq(bytes('.'), times(DIGIT, 1, 16));
const whole = either(bytes('0'), seq(ONE_TO_NINE, times(DIGIT, 0, 19)));
const exponent = seq(
  either(bytes('e'), bytes('E')),
  times(either(bytes('+'), bytes('-')), 0, 1),
  times(DIGIT, 1, 2),
);

export const SPACE = dfa(
  times(either(bytes(' '), seq(bytes('\n'), times(either(bytes(' '), bytes('\t')), 0, 32))), 0, 1),
);
export const INTEGER: Dfa = determinise(
  either(bytes('0'), seq(OPTIONAL_MINUS, ONE_TO_NINE, times(DIGIT, 0, 19))),
);
export const NUMBER: Dfa = determinise(
  seq(OPTIONAL_MINUS, whole, times(FRACTION, 0, 1), times(exponent, 0, 1)),
);

/** Any one character, and any text, of a string that is written in one way. */
export const CHARACTER = { op: 'dfa' as const, dfa: determinise(asJsonString(ALL)) };
export const CONTENT: Dfa = determinise(times(CHARACTER, 0, ANY));

const HEX = either(DIGIT, byteRange(0x61, 0x66), byteRange(0x41, 0x46));
const hexOf = (digits: string) => either(...[...digits].map((digit) => bytes(digit)));
const unicodeEscape = either(
  seq(bytes('\\u'), hexOf('0123456789abcefABCEF'), HEX, HEX, HEX),
  seq(bytes('\\u'), hexOf('dD'), hexOf('01234567'), HEX, HEX),
  // A pair of surrogates: one character.
  seq(
    bytes('\\u'),
    hexOf('dD'),
    hexOf('89abAB'),
    HEX,
    HEX,
    bytes('\\u'),
    hexOf('dD'),
    hexOf('cdefCDEF'),
    HEX,
    HEX,
  ),
);
const freeCharacter = either(
  asUtf8(complement(characters([0, 0x1f], ...oneOf('"\\')))),
  seq(bytes('\\'), hexOf('"\\/bfnrt')),
  unicodeEscape,
);
export const FREE_STRING = dfa(seq(bytes('"'), times(freeCharacter, 0, ANY), bytes('"')));

export const string = (content: Dfa): Expression =>
  dfa(seq(bytes('"'), { op: 'dfa', dfa: content }, bytes('"')));

export const quoted = (value: string): Expression => text(JSON.stringify(value));

const COMMA = sequence(text(','), SPACE);
/** What follows a key. */
export const COLON = sequence(text(':'), SPACE);
export const listOf = { comma: COMMA };

export const object = (members: Expression): Expression =>
  sequence(text('{'), SPACE, members, SPACE, text('}'));
export const array = (items: Expression): Expression => sequence(text('['), SPACE, items, SPACE, text(']'));
export const EMPTY_OBJECT = sequence(text('{'), SPACE, text('}'));
export const EMPTY_ARRAY = sequence(text('['), SPACE, text(']'));
/** `first`, then any number of `next`, with commas. */
export const commaSeparated = (first: Expression, next: Expression): Expression =>
  sequence(first, repeat(sequence(COMMA, next), 0, -1));

/** Any JSON value, and any JSON object. */
export function anyJson(rules: Rules): { value: Expression; object: Expression } {
  const value = rules.declare();
  const call: Expression = { op: 'rule', rule: value };
  const member = sequence(FREE_STRING, COLON, call);
  const anyObject = rules.add(choice(EMPTY_OBJECT, object(commaSeparated(member, member))));
  const anyArray = rules.add(choice(EMPTY_ARRAY, array(commaSeparated(call, call))));
  rules.define(
    value,
    choice(
      anyObject,
      anyArray,
      FREE_STRING,
      { op: 'dfa', dfa: NUMBER },
      text('true'),
      text('false'),
      text('null'),
    ),
  );
  return { value: call, object: anyObject };
}
