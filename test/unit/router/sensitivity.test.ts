import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SENSITIVITIES, type Sensitivity, TOPICS, type Topic } from '../../../contract/policy.ts';
import { configSchema } from '../../../router/config/schema.ts';
import { labelsOf, sensitivityOfRequest } from '../../../router/sensitivity.ts';

const rank = (label: Sensitivity): number => SENSITIVITIES.indexOf(label);
const labels = labelsOf(
  configSchema.parse({
    auth: { keys: [{ name: 'clinic', key: 'key-of-the-clinic', sensitivity: 'confidential' }] },
    privacy: { topics: { health: 'restricted' } },
  }),
);
const of = (found: Sensitivity, topics: Topic[], caller: string, header?: string) =>
  sensitivityOfRequest(
    { found, topics },
    { caller, headers: header === undefined ? {} : { 'x-tiergate-sensitivity': header } },
    labels,
  );

describe('the sensitivity of a request', () => {
  it('is what was found where nothing else says more', () => {
    expect(of('public', [], 'anonymous')).toEqual({ declared: 'public', sensitivity: 'public' });
    expect(of('restricted', [], 'anonymous')).toEqual({ declared: 'public', sensitivity: 'restricted' });
  });

  it('is at least what the key, the topic and the header say', () => {
    expect(of('public', [], 'clinic')).toEqual({ declared: 'confidential', sensitivity: 'confidential' });
    expect(of('public', ['legal'], 'anonymous')).toEqual({ declared: 'public', sensitivity: 'internal' });
    expect(of('public', ['legal', 'health'], 'clinic')).toEqual({
      declared: 'confidential',
      sensitivity: 'restricted',
    });
    expect(of('public', [], 'anonymous', ' Restricted ').sensitivity).toBe('restricted');
  });

  it('is never lowered by anything', () => {
    const label = fc.constantFrom(...SENSITIVITIES);
    const run = fc.property(
      label,
      fc.subarray([...TOPICS]),
      fc.constantFrom('clinic', 'anonymous'),
      fc.option(label, { nil: undefined }),
      (found, topics, caller, header) => {
        const without = of(found, topics, caller);
        const { declared, sensitivity } = of(found, topics, caller, header);
        expect(rank(sensitivity)).toBe(Math.max(rank(without.sensitivity), rank(header ?? 'public')));
        expect(rank(declared)).toBeLessThanOrEqual(rank(sensitivity));
        expect(rank(sensitivity)).toBeGreaterThanOrEqual(rank(found));
      },
    );
    fc.assert(run);
  });

  it('refuses a header with another word, as a request that asks for care must not go without', () => {
    expect(() => of('public', [], 'anonymous', 'secret')).toThrow(
      'x-tiergate-sensitivity: "secret" is no label; write public, internal, confidential, restricted',
    );
    expect(of('public', [], 'anonymous', '').sensitivity).toBe('public');
  });
});
