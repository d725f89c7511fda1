// What tokens cost. An unknown price is null and stays null: it is never taken as free.
import type { Price } from '../contract/tier.ts';
import { PRICE_TABLE, PRICE_TABLE_VERSION } from './price-table.ts';
import type { TokenCounts } from './usage.ts';

/** A snapshot's date: `-2024-08-06`, `-20250929`, `-0125` or `@20250929`. */
const DATE_SUFFIX = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$/;

/**
 * The built-in list price of a model by its upstream name, null when it is not in the table. A vendor's prefix
 * (`openai/gpt-4o`) and a snapshot's date (`gpt-4o-2024-08-06`) are ignored; nothing else is guessed, because
 * a neighbour's price would be wrong without anybody noticing.
 */
export function builtinPrice(model: string): Price | null {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const key = [name, name.replace(DATE_SUFFIX, '')].find((candidate) =>
    Object.hasOwn(PRICE_TABLE, candidate),
  );
  const row = key === undefined ? undefined : PRICE_TABLE[key];
  if (!row) return null;
  const [inputUsdPerMtok, cachedInputUsdPerMtok, outputUsdPerMtok] = row;
  return {
    inputUsdPerMtok,
    outputUsdPerMtok,
    ...(cachedInputUsdPerMtok !== null && { cachedInputUsdPerMtok }),
    source: `builtin@${PRICE_TABLE_VERSION}`,
  };
}

const MICRO = 1_000_000;

/** A price in micro-USD per million tokens: whole numbers, so that the sum below is exact. */
const exact = (usdPerMtok: number): number => Math.round(usdPerMtok * MICRO);

/**
 * Cost in whole micro-USD: the parts are summed exactly and rounded once, half up. (One token at 1 USD per million
 * is one micro-USD.) Cached input is billed at its own price, the rest of the input at the full one.
 * Null when a price that is needed is unknown. Exact up to 9e15 token-micro-USD, e.g. 10 million tokens at 900 USD.
 */
export function costMicrousd(counts: TokenCounts, price: Price | null): number | null {
  if (price === null) return null;
  const { inputTokens, cachedInputTokens, outputTokens } = counts;
  const cachedPrice = price.cachedInputUsdPerMtok;
  if (cachedInputTokens > 0 && cachedPrice === undefined) return null;
  const sum =
    (inputTokens - cachedInputTokens) * exact(price.inputUsdPerMtok) +
    cachedInputTokens * exact(cachedPrice ?? 0) +
    outputTokens * exact(price.outputUsdPerMtok);
  return Math.floor((sum + MICRO / 2) / MICRO);
}
