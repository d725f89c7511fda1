import { describe, expect, it } from 'vitest';
import type { TrustZone } from '../../../contract/tier.ts';
import { FINDING_TYPES, privacyOptions } from '../../../router/config/privacy.ts';
import { configSchema } from '../../../router/config/schema.ts';
import type { ConfiguredTarget } from '../../../router/config/targets.ts';

const targets = (...zones: TrustZone[]) =>
  zones.map((zone) => ({ target: { zone } as ConfiguredTarget['target'] }));
const optionsOf = (privacy: object, ...zones: TrustZone[]) =>
  privacyOptions(configSchema.parse({ privacy }), targets(...zones));

describe('privacyOptions', () => {
  it('looks for names only where a request could leave', () => {
    expect(optionsOf({}, 'device', 'private').names).toBeUndefined();
    const { names, types } = optionsOf({}, 'device', 'external');
    const off = ['AGE', 'DATE_TIME', 'URL'];
    expect(types).toEqual(new Set(FINDING_TYPES.filter((type) => !off.includes(type))));
    expect(names?.find('Ask Anna Weber.')).toEqual([
      expect.objectContaining({ type: 'PERSON', start: 4, end: 14 }),
    ]);
    expect(names?.find('She moved to Berlin.')).toEqual([]);
  });

  it('looks for the types that are asked for and not switched off', () => {
    expect(optionsOf({ names: [] }, 'external').names).toBeUndefined();
    expect(optionsOf({ types_off: ['PERSON', 'ADDRESS'] }, 'external').names).toBeUndefined();
    const off = optionsOf({ names: ['PERSON', 'LOCATION'], types_off: ['EMAIL', 'PERSON'] }, 'external');
    expect(off.types).toEqual(new Set(FINDING_TYPES.filter((type) => type !== 'EMAIL' && type !== 'PERSON')));
    expect(off.names?.find('She moved to Berlin.')).toEqual([expect.objectContaining({ type: 'LOCATION' })]);
  });

  it('looks for nothing when it is off', () => {
    const off = optionsOf({ enabled: false }, 'external');
    expect(off.types).toEqual(new Set());
    expect(off.names).toBeUndefined();
  });
});
