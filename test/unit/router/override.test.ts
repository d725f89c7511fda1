// The client's own choice: which names and headers mean what.
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../contract/errors.ts';
import type { Override } from '../../../contract/policy.ts';
import { overrideOf, parseOverride } from '../../../router/override.ts';

const TARGETS = [{ id: 'local/tiny' }, { id: 'inhouse/llama' }];

describe('overrideOf', () => {
  it.each<[string, Record<string, string>, Override]>([
    ['auto', {}, {}],
    ['', {}, {}],
    [' AUTO ', {}, {}],
    ['tiergate', {}, {}],
    ['tiergate/auto', {}, {}],
    ['tier:2', {}, { tier: 2 }],
    ['TIER:3', {}, { tier: 3 }],
    ['inhouse/llama', {}, { target: 'inhouse/llama' }],
    ['gpt-4o', {}, { target: 'gpt-4o' }],
    ['auto', { 'x-tiergate-tier': '1' }, { tier: 1 }],
    ['auto', { 'x-tiergate-tier': ' 3 ' }, { tier: 3 }],
    ['auto', { 'x-tiergate-tier': 'auto' }, {}],
    ['auto', { 'x-tiergate-tier': '' }, {}],
    ['tier:2', { 'x-tiergate-tier': '3' }, { tier: 3 }],
    ['local/tiny', { 'x-tiergate-tier': '3' }, { tier: 3, target: 'local/tiny' }],
    ['auto', { 'x-tiergate-policy': ' strict-privacy ' }, { policy: 'strict-privacy' }],
    ['auto', { 'x-tiergate-policy': ' ' }, {}],
  ])('model %j with %j', (model, headers, expected) => {
    expect(overrideOf(model, headers)).toEqual(expected);
  });

  it.each<[string, Record<string, string>, string]>([
    ['tier:4', {}, 'model'],
    ['tier:', {}, 'model'],
    ['tier:two', {}, 'model'],
    ['auto', { 'x-tiergate-tier': '0' }, 'x-tiergate-tier'],
    ['auto', { 'x-tiergate-tier': '1.5' }, 'x-tiergate-tier'],
    ['auto', { 'x-tiergate-tier': '1, 2' }, 'x-tiergate-tier'],
  ])('model %j with %j is refused', (model, headers, param) => {
    let thrown: unknown;
    try {
      overrideOf(model, headers);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GatewayError);
    expect(thrown).toMatchObject({ code: 'INVALID_REQUEST', param, status: 400 });
    expect((thrown as Error).message).toMatch(/is no tier; write 1, 2 or 3$/);
  });
});

describe('parseOverride', () => {
  it('knows the configured targets and lists them where a name is none', () => {
    expect(parseOverride('inhouse/llama', {}, TARGETS)).toEqual({ target: 'inhouse/llama' });
    expect(parseOverride('auto', {}, [])).toEqual({});
    expect(() => parseOverride('gpt-9', {}, TARGETS)).toThrow(
      expect.objectContaining({
        code: 'MODEL_NOT_FOUND',
        param: 'model',
        message: expect.stringMatching(/"gpt-9"; use auto, .* or one of: local\/tiny, inhouse\/llama$/),
      }),
    );
  });

  it('cuts a very long name', () => {
    const long = 'x'.repeat(100_000);
    expect(() => parseOverride(long, {}, TARGETS)).toThrow(/^.{1,400}$/s);
  });
});
