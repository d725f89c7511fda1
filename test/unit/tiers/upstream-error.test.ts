import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../contract/built-file.ts';
import openai from '../../../tiers/providers/openai.ts';
import { retryAfter, upstreamError } from '../../../tiers/upstream-error.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

const errorOf = (status: number, body: string, headers: Record<string, string> = {}) => {
  let message: string | null = null;
  try {
    message = openai.errorMessage(JSON.parse(body));
  } catch {}
  return upstreamError({ target: 'openai/gpt-4o', status, headers, body, message, now: NOW });
};

describe('an upstream status', () => {
  it.each([
    [301, '', 'PROVIDER_PROTOCOL', 502],
    [400, '{"error":{"message":"Bad temperature"}}', 'PROVIDER_REJECTED', 400],
    [401, '{"error":{"message":"No"}}', 'PROVIDER_UNAUTHENTICATED', 502],
    [403, '{"error":{"message":"No"}}', 'PROVIDER_UNAUTHENTICATED', 502],
    [404, '{"error":{"message":"The model `x` does not exist"}}', 'PROVIDER_REJECTED', 404],
    [408, '', 'PROVIDER_TIMEOUT', 504],
    [413, '{"error":{"message":"Request too large"}}', 'PROVIDER_REJECTED', 413],
    [422, '{"detail":[{"loc":["body"],"msg":"Field required"}]}', 'PROVIDER_REJECTED', 422],
    [429, '{"error":{"message":"slow down"}}', 'PROVIDER_RATE_LIMITED', 429],
    [500, 'oops', 'PROVIDER_ERROR', 502],
    [503, '<html>', 'PROVIDER_ERROR', 502],
    [504, '', 'PROVIDER_TIMEOUT', 504],
    // llama-server, vLLM and a code without words
    [
      400,
      '{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}',
      'CONTEXT_OVERFLOW',
      400,
    ],
    [
      400,
      '{"object":"error","message":"This model\'s maximum context length is 4096 tokens. However, you requested 5000"}',
      'CONTEXT_OVERFLOW',
      400,
    ],
    [400, '{"error":{"message":"no","code":"context_length_exceeded"}}', 'CONTEXT_OVERFLOW', 400],
    // what the model wrote is no reason
    [
      400,
      '{"error":{"message":"Tool call failed","failed_generation":"maximum context length"}}',
      'PROVIDER_REJECTED',
      400,
    ],
  ])('%i with %j is %s', (status, body, code, ours) => {
    const error = errorOf(status, body);
    expect(error).toMatchObject({ code, status: ours, upstreamStatus: status });
    expect(error.message).toMatch(/^openai\/gpt-4o /);
  });

  it('passes on no key and no endless message', () => {
    const error = errorOf(
      400,
      JSON.stringify({ error: { message: `key sk-proj-abcdef****wxyz and ${'x'.repeat(9_000)}` } }),
    );
    expect(error.message).not.toContain('abcdef');
    expect(error.message.length).toBeLessThan(600);
  });

  it('takes a used-up quota for more than a pause', () => {
    const error = errorOf(
      429,
      '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}',
      { 'retry-after': '1' },
    );
    expect(error.retryAfterS).toBe(3600);
  });
});

describe('the time to wait', () => {
  it.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '0.5' }, 0.5],
    [{ 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' }, 30],
    [{ 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1.5],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' }, 360],
    [
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '2ms',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '1.5s',
      },
      1.5,
    ],
    [{ 'x-ratelimit-remaining-requests': '12', 'x-ratelimit-reset-requests': '20s' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': 'later' }, null],
    [{}, null],
  ] as [Record<string, string>, number | null][])('of %j is %j s', (headers, seconds) => {
    if (seconds === null) expect(retryAfter(headers, NOW)).toBeNull();
    else expect(retryAfter(headers, NOW)).toBeCloseTo(seconds, 6);
  });
});

const folder = join(packageRoot, '../shared/data/streams/errors');
const recorded = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.body'))
  : [];

describe.skipIf(recorded.length === 0)(
  'recorded error bodies (skipped where ../shared/data is absent)',
  () => {
    it.each(recorded)('%s keeps its message and gets a fitting code', (path) => {
      const body = readFileSync(join(folder, path), 'utf8');
      const { status } = JSON.parse(
        readFileSync(join(folder, path.replace('.body', '.meta.json')), 'utf8'),
      ) as { status: number };
      const error = errorOf(status, body);
      const tooLong = /context length|context window|too long|token count/.test(body);
      const wrongKey = status === 401 || /api key/i.test(body);
      expect(error.code).toBe(
        tooLong ? 'CONTEXT_OVERFLOW' : wrongKey ? 'PROVIDER_UNAUTHENTICATED' : 'PROVIDER_REJECTED',
      );
      expect(error.message).toMatch(/: \S{2}/);
    });
  },
);
