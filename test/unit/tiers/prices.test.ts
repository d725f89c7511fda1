import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../contract/built-file.ts';
import { PRICE_TABLE, PRICE_TABLE_VERSION } from '../../../tiers/price-table.ts';
import { builtinPrice, costMicrousd } from '../../../tiers/prices.ts';
import { readUsage } from '../../../tiers/usage.ts';

const price = (inputUsdPerMtok: number, outputUsdPerMtok: number, cachedInputUsdPerMtok?: number) => ({
  inputUsdPerMtok,
  outputUsdPerMtok,
  ...(cachedInputUsdPerMtok !== undefined && { cachedInputUsdPerMtok }),
  source: 'test',
});
const counts = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
});

describe('cost in micro-USD', () => {
  it.each([
    // 1,000,000 input tokens at 2.50 USD are 2.50 USD.
    [counts(1_000_000, 0), price(2.5, 10), 2_500_000],
    [counts(1000, 500, 400), price(2.5, 10, 1.25), 600 * 2.5 + 400 * 1.25 + 500 * 10],
    // Half up, once, over the whole sum: 0.5 and 14.5 (which binary floating point makes 14.499999999999998).
    [counts(1, 0), price(0.5, 0), 1],
    [counts(100, 0), price(0.145, 0), 15],
    [counts(1, 1), price(0.25, 0.2), 0],
    [counts(0, 0), price(2.5, 10), 0],
  ])('%j at %j', (tokens, at, expected) => expect(costMicrousd(tokens, at)).toBe(expected));

  it('is null, never 0, for an unknown price, and for cached tokens whose price is unknown', () => {
    expect(costMicrousd(counts(10, 10), null)).toBeNull();
    expect(costMicrousd(counts(10, 10, 5), price(1, 1))).toBeNull();
    expect(costMicrousd(counts(10, 10), price(1, 1))).toBe(20);
  });

  it('equals exact integer arithmetic for any counts and prices', () => {
    const tokens = fc.nat(2_000_000);
    const nanos = fc.nat(200_000); // prices in thousandths of a USD
    fc.assert(
      fc.property(
        tokens,
        tokens,
        fc.double({ min: 0, max: 1, noNaN: true }),
        nanos,
        nanos,
        nanos,
        (input, output, share, a, b, c) => {
          const cached = Math.floor(input * share);
          const exact =
            BigInt(input - cached) * BigInt(a) + BigInt(cached) * BigInt(b) + BigInt(output) * BigInt(c);
          const expected = Number((exact + 500n) / 1000n);
          expect(costMicrousd(counts(input, output, cached), price(a / 1000, c / 1000, b / 1000))).toBe(
            expected,
          );
        },
      ),
    );
  });
});

describe('the built-in table', () => {
  it('finds a model under its vendor and its snapshots, and guesses nothing', () => {
    expect(builtinPrice('openai/gpt-4o-2024-08-06')).toEqual({
      inputUsdPerMtok: 2.5,
      cachedInputUsdPerMtok: 1.25,
      outputUsdPerMtok: 10,
      source: `builtin@${PRICE_TABLE_VERSION}`,
    });
    expect(builtinPrice('claude-sonnet-4-5-20250929')?.outputUsdPerMtok).toBe(15);
    expect(builtinPrice('gpt-4o-realtime')).toBeNull();
    expect(builtinPrice('constructor')).toBeNull();
  });
});

const data = join(packageRoot, '../shared/data/prices');
const hasData = existsSync(data);

interface UsageCase {
  body: { usage?: Record<string, unknown> };
  extracted: { usage: Record<string, number>; extractors: { provider_id: string; api_flavor: string }[] }[];
}

describe.skipIf(!hasData)('against public tables (skipped where ../shared/data is absent)', () => {
  it('prices that two tables share are the same', () => {
    const theirs = JSON.parse(readFileSync(join(data, 'litellm_model_prices_2026-07_subset.json'), 'utf8'));
    let compared = 0;
    for (const [model, [input, cached, output]] of Object.entries(PRICE_TABLE)) {
      const entry = theirs[model];
      if (!entry) continue;
      compared += 1;
      expect([model, entry.input_cost_per_token * 1e6, entry.output_cost_per_token * 1e6]).toEqual([
        model,
        expect.closeTo(input, 6),
        expect.closeTo(output, 6),
      ]);
      if (cached !== null) expect(entry.cache_read_input_token_cost * 1e6).toBeCloseTo(cached, 6);
    }
    expect(compared).toBeGreaterThan(15);
  });

  it('reads real usage objects as genai-prices does', () => {
    const cases = JSON.parse(readFileSync(join(data, 'usage_extraction_cases.json'), 'utf8')) as UsageCase[];
    let compared = 0;
    for (const one of cases) {
      const expected = one.extracted.find(({ extractors }) =>
        extractors.some(({ provider_id, api_flavor }) => provider_id === 'openai' && api_flavor === 'chat'),
      )?.usage;
      if (!expected || !one.body.usage) continue;
      compared += 1;
      expect(readUsage(one.body.usage)).toEqual({
        inputTokens: expected['input_tokens'] ?? 0, // they leave zeros out
        cachedInputTokens: expected['cache_read_tokens'] ?? 0,
        outputTokens: expected['output_tokens'] ?? 0,
      });
    }
    expect(compared).toBeGreaterThan(150);
  });
});

describe('a usage object', () => {
  it.each([
    [
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: null },
      counts(10, 5),
    ],
    [
      { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } },
      counts(10, 5, 4),
    ],
    [{ prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 6 }, counts(10, 5, 6)],
    [{ prompt_tokens: 10, completion_tokens: 5, cached_tokens: 99 }, counts(10, 5, 10)],
    [{ prompt_tokens: 10, total_tokens: 10 }, counts(10, 0)],
    [{ prompt_tokens: 10 }, null],
    [{ prompt_tokens: -1, completion_tokens: 5 }, null],
    [{ prompt_tokens: '10', completion_tokens: 5 }, null],
    [null, null],
  ])('%j', (usage, expected) => expect(readUsage(usage)).toEqual(expected));
});
