import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapJsonText } from '../../../../policies/privacy/json-text.ts';

const mark = (text: string): string => `<${text}>`;

/** What mapJsonText is to do, on the parsed value: every string and key marked, numbers of seven characters and more too. */
function markValue(value: unknown): unknown {
  if (typeof value === 'string') return mark(value);
  if (typeof value === 'number')
    return JSON.stringify(value).length >= 7 ? mark(JSON.stringify(value)) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(markValue);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mark(key), markValue(item)]));
}

describe('mapJsonText', () => {
  it('gives the text itself back, byte for byte, when nothing changes', () => {
    const json = ' { "a" : [1.50, "x\\u0041\\"", 1e400 ] }\n';
    expect(mapJsonText(json, (text) => text)).toBe(json);
  });

  it('visits decoded strings, keys and long numbers with the key before them', () => {
    const visits: string[] = [];
    mapJsonText('{"to":"a\\u0040b","n":{"phone":[4155550132, 7],"x":true}}', (text, label) => {
      visits.push(`${label}=${text}`);
      return text;
    });
    expect(visits).toEqual(['=to', 'to=a@b', '=n', '=phone', 'phone=4155550132', '=x']);
  });

  it('leaves the rest of the text as it is', () => {
    expect(mapJsonText('{ "a":"x", "b" : 1.50 }', (text) => (text === 'x' ? 'y"' : text))).toBe(
      '{ "a":"y\\"", "b" : 1.50 }',
    );
  });

  it.each(['', '{', 'plain', '{"a":"b}', "{'a':1}"])('says that %j is not JSON', (text) => {
    expect(mapJsonText(text, mark)).toBeNull();
  });

  it('changes every string of any JSON and keeps it valid', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        expect(mapJsonText(json, (text) => text)).toBe(json);
        expect(JSON.parse(mapJsonText(json, mark) as string)).toEqual(markValue(JSON.parse(json)));
      }),
      { numRuns: 500 },
    );
  });
});
