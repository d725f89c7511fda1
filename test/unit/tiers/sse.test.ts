import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../contract/built-file.ts';
import { parseSse, SseDecoder } from '../../../tiers/sse.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(pieces: Uint8Array[], limit?: number): string[] {
  const decoder = new SseDecoder(limit);
  return pieces.flatMap((piece) => decoder.push(piece));
}

const split = (whole: Uint8Array, cuts: number[]): Uint8Array[] => {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), whole.length];
  return edges.slice(1).map((end, i) => whole.subarray(edges[i], end));
};

/** The standard's algorithm written down word by word, over a whole text: the reference for the fast one. */
function decodeBySpec(text: string): string[] {
  const body = text.replace(/^\uFEFF/, '');
  const events: string[] = [];
  let data = '';
  const lines = body.split(/\r\n|\r|\n/);
  lines.pop(); // what follows the last line end is an unfinished line
  for (const line of lines) {
    if (line === '') {
      if (data !== '') events.push(data.slice(0, -1));
      data = '';
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data += `${value}\n`;
  }
  return events;
}

describe('the event-stream parser', () => {
  // The examples of WHATWG HTML section 9.2.6.
  it.each([
    ['data: YHOO\ndata: +2\ndata: 10\n\n', ['YHOO\n+2\n10']],
    [
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
      ['first event', 'second event', ' third event'],
    ],
    ['data\n\ndata\ndata\n\ndata:', ['', '\n']],
    ['data:test\n\ndata: test\n\n', ['test', 'test']],
    ['event: error\rdata: a\r\rdatabase: b\r\ndata: c\r\n\r\n', ['a', 'c']],
    ['\uFEFFdata: marked\n\n', ['marked']],
    ['data: not closed\n', []],
    ['', []],
  ])('reads %j', (text, events) => {
    expect(decode([bytes(text)])).toEqual(events);
    expect(decodeBySpec(text)).toEqual(events);
  });

  it('gives the same events for every split position', () => {
    const whole = bytes(
      '\uFEFFdata: {"a":"Grüße 👩‍🚀"}\r\n\r\n: note\r\ndata: x\rdata: y\r\rdata: [DONE]\n\n',
    );
    const events = ['{"a":"Grüße 👩‍🚀"}', 'x\ny', '[DONE]'];
    for (let cut = 0; cut <= whole.length; cut++) expect(decode(split(whole, [cut]))).toEqual(events);
    expect(decode([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(events);
  });

  it('agrees with the standard on any text, cut anywhere', () => {
    const line = fc.oneof(
      fc.constantFrom('data', 'data:', 'data: ', ':', 'event: x', 'datax: 1', 'data : 2', ''),
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `data: ${text}`),
    );
    const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r\n')), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(stream, fc.boolean(), fc.array(fc.nat(200), { maxLength: 8 }), (lines, mark, cuts) => {
        const text = (mark ? '\uFEFF' : '') + lines.map(([a, b]) => a + b).join('');
        const whole = bytes(text);
        const pieces = split(
          whole,
          cuts.map((cut) => Math.min(cut, whole.length)),
        );
        expect(decode(pieces)).toEqual(decodeBySpec(text));
      }),
    );
  });

  it('never throws on arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => Array.isArray(decode([noise]))));
  });

  it('refuses an event above the limit, in one line or in many', () => {
    expect(() => decode([bytes('data: 0123456789')], 10)).toThrow('more than 10 characters');
    expect(() => decode([bytes('data: 0123\ndata: 4567\ndata: 89\n\n')], 10)).toThrow(
      'more than 10 characters',
    );
    expect(() => decode([bytes('data: 0123456789ab\n\n')], 10)).toThrow('more than 10 characters');
    expect(decode([bytes('data: 0123\n\n'.repeat(100))], 10)).toHaveLength(100);
  });

  it('stays linear on one long event in small pieces', () => {
    const piece = bytes('x'.repeat(64));
    const decoder = new SseDecoder();
    decoder.push(bytes('data: '));
    const started = performance.now();
    for (let i = 0; i < 60_000; i++) decoder.push(piece);
    expect(decoder.push(bytes('\n\n'))[0]).toHaveLength(60_000 * 64);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('yields from an async stream and closes it when the reader stops', async () => {
    let closed = false;
    async function* source() {
      try {
        for (let i = 0; i < 5; i++) yield bytes(`data: ${i}\n\n`);
      } finally {
        closed = true;
      }
    }
    for await (const data of parseSse(source())) {
      if (data === '1') break;
    }
    expect(closed).toBe(true);
  });
});

const streams = join(packageRoot, '../shared/data/streams/recorded');
const recorded = existsSync(streams)
  ? readdirSync(streams, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.sse'))
  : [];

describe.skipIf(recorded.length === 0)(
  'recorded provider streams (skipped where ../shared/data is absent)',
  () => {
    it.each(recorded)('%s parses completely', (path) => {
      const whole = readFileSync(join(streams, path));
      const events = decode([whole]);
      expect(events).toEqual(decodeBySpec(whole.toString('utf8')));
      expect(decode(split(whole, [1, whole.length >> 2, (whole.length >> 1) + 1]))).toEqual(events);
      expect(events.length).toBeGreaterThan(0);
      if (path.startsWith('streaming-svc')) return; // Replicate: the payloads are plain text
      for (const event of events) if (event !== '[DONE]') expect(() => JSON.parse(event)).not.toThrow();
    });
  },
);
