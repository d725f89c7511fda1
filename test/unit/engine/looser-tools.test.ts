// Tools with parameters that cannot be enforced.
import { describe, expect, it } from 'vitest';
import { looserTools } from '../../../engine/answer-format/looser-tools.ts';

const tool = (name: string, parameters: object, strict?: boolean) =>
  [name, { name, parameters: parameters as never, ...(strict !== undefined && { strict }) }] as const;
const isEnforced = (schema: unknown) => !JSON.stringify(schema).includes('unevaluatedItems');
const HARD = { type: 'array', unevaluatedItems: false };

describe('tools whose schema cannot be enforced', () => {
  it('are held to an object, the others to their schema', () => {
    const looser = looserTools(new Map([tool('a', HARD), tool('b', { type: 'object' }, true)]), isEnforced)!;
    expect(looser.get('a')!.parameters).toEqual({ type: 'object' });
    expect(looser.get('b')).toEqual({ name: 'b', parameters: { type: 'object' }, strict: true });
  });

  it('are not loosened where they are strict, or where nothing is in the way', () => {
    expect(looserTools(new Map([tool('a', HARD, true)]), isEnforced)).toBeNull();
    expect(looserTools(new Map([tool('a', { type: 'object' })]), isEnforced)).toBeNull();
  });
});
