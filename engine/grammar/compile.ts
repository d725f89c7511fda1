// A constraint to the flat form that the native engine compiles. Errors name what cannot be enforced.
import { GatewayError } from '../../contract/errors.ts';
import type { Constraint } from '../constraint.ts';
import { beginWork, type Dfa, LanguageTooLarge } from './dfa.ts';
import { choice, type Expression, flatten, Rules as RuleSet, type Rules, sequence } from './form.ts';
import { GrammarRefused, gbnf } from './gbnf.ts';
import { SchemaCompiler } from './json-schema/compile.ts';
import { SchemaRefused } from './json-schema/refused.ts';
import { anyJson } from './json-text.ts';
import { matchingWhole, PatternRefused } from './regex.ts';
import { tagged } from './tagged.ts';

/** The pieces of a text: what is no control token, and the ids of those that are. */
export type ControlTokens = (text: string) => readonly (string | number)[];

/** Where no vocabulary is known: all is text. */
const NO_CONTROL_TOKENS: ControlTokens = (text) => [text];

/**
 * `controlTokens`: how a literal is split where the model writes parts of it as single control tokens.
 * @throws {GatewayError} INVALID_REQUEST for what is ill-formed, UNSUPPORTED_FEATURE for what cannot be enforced exactly
 */
export function compileConstraint(
  constraint: Constraint,
  controlTokens: ControlTokens = NO_CONTROL_TOKENS,
): Int32Array {
  const rules = new RuleSet();
  beginWork();
  try {
    const flat = flatten(rules, expressionOf(constraint, rules, controlTokens));
    if (flat) return flat;
  } catch (error) {
    if (error instanceof SchemaRefused)
      throw new GatewayError('UNSUPPORTED_FEATURE', `the JSON schema cannot be enforced: ${error.message}`, {
        param: 'response_format',
        cause: error,
      });
    if (error instanceof PatternRefused || error instanceof LanguageTooLarge)
      throw new GatewayError(
        'UNSUPPORTED_FEATURE',
        `the regular expression cannot be used: ${error.message}`,
      );
    if (error instanceof GrammarRefused)
      throw new GatewayError('INVALID_REQUEST', `the grammar cannot be used: ${error.message}`);
    if (error instanceof RangeError)
      throw new GatewayError('INVALID_REQUEST', 'the grammar is nested too deeply; make it flatter');
    throw error;
  }
  throw new GatewayError('INVALID_REQUEST', 'the grammar allows no text at all');
}

function expressionOf(constraint: Constraint, rules: Rules, controlTokens: ControlTokens): Expression {
  const inner = (part: Constraint) => expressionOf(part, rules, controlTokens);
  switch (constraint.kind) {
    case 'json':
      return anyJson(rules).object;
    case 'json_schema':
      return new SchemaCompiler(constraint.schema, rules).compile();
    case 'gbnf':
      return gbnf(constraint.grammar, rules);
    case 'regex':
      return dfaOf(matchingWhole(constraint.pattern));
    case 'literal':
      return literal(constraint.text, controlTokens);
    case 'sequence':
      return sequence(...constraint.parts.map(inner));
    case 'choice':
      return choice(...constraint.options.map(inner));
    case 'tagged':
      return tagged(constraint, rules, inner, (text) => literal(text, controlTokens));
  }
}

const dfaOf = (dfa: Dfa): Expression => ({ op: 'dfa', dfa });

/** Each control token may be the token itself, or its text in ordinary tokens. */
function literal(value: string, controlTokens: ControlTokens): Expression {
  const written = (part: string): Expression => ({
    op: 'bytes',
    bytes: [...Buffer.from(value === part ? value : part)],
  });
  const pieces = controlTokens(value);
  if (pieces.every((piece) => typeof piece === 'string')) return written(value);
  return sequence(
    ...pieces.map((piece) => (typeof piece === 'string' ? written(piece) : controlToken(piece))),
  );
}

/** As native/src/grammar/token_trie.h writes it: a byte that UTF-8 lacks, then the id. */
const controlToken = (id: number): Expression => ({
  op: 'bytes',
  bytes: [0xff, (id >>> 24) & 0xff, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff],
});
