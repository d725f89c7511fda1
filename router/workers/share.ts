// Limits that hold for the whole gateway, split among its workers: nobody counts across processes, so each worker keeps
// to its own part, and the parts add up to the limit.

/** One of several workers. */
export interface Share {
  /** Its number, 1 … `of`. */
  number: number;
  of: number;
}

/** The gateway is one process. */
export const ALL: Share = { number: 1, of: 1 };

/** This worker's part of a limit: the parts differ by one at most, and their sum is the limit. */
export const shareOf = (limit: number, { number, of }: Share): number =>
  Math.floor(limit / of) + (number <= limit % of ? 1 : 0);
