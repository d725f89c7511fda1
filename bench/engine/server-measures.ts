// What a server does for several callers: total speed, repeated prefixes, and how a long prompt stalls others.
import { median } from './measurement.ts';
import type { Server } from './servers.ts';

// Prose without meaning: words of one to three tokens.
const words = (
  'the of and to in is that it was for on are as with his they at be this from have or by one had not but what all ' +
  'were when we there can an your which their said if do will each about how up out them then she many some so these ' +
  'would other into has more her two like him see time could no make than first been its who now people my made over ' +
  'did down only way find use may water long little very after called just where most know'
).split(' ');

/** `n` words that no other number gives. */
export function text(n: number, number: number): string {
  let state = (Math.imul(number, 2_654_435_761) + 12_345) >>> 0;
  const next = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return words[(state >>> 8) % words.length] ?? '';
  };
  return Array.from({ length: n }, next).join(' ');
}

const since = (start: number): number => (performance.now() - start) / 1000;

/** Tokens a second of all answers by the wall's clock, their prompts' time included. */
export async function together(
  server: Server,
  nRequests: number,
  nTokens: number,
  round: number,
): Promise<number> {
  const prompts = Array.from({ length: nRequests }, (_, i) => text(40, 1000 * round + i));
  const start = performance.now();
  const answers = await Promise.all(
    prompts.map((prompt) => server.complete({ prompt, max_tokens: nTokens })),
  );
  const seconds = since(start);
  const made = answers.map(
    (answer) => (JSON.parse(answer) as { usage: { completion_tokens: number } }).usage.completion_tokens,
  );
  return made.reduce((sum, n) => sum + n, 0) / seconds;
}

/** Seconds to a one-token answer. */
async function firstToken(server: Server, prompt: string): Promise<number> {
  const start = performance.now();
  await server.complete({ prompt, max_tokens: 1 });
  return since(start);
}

/** A text of at least `nTokens` tokens, and few more. */
async function textOfTokens(server: Server, nTokens: number, number: number): Promise<string> {
  const sample = await server.countTokens(text(400, number));
  return text(Math.ceil((nTokens * 400) / sample) + 4, number);
}

export interface PrefixTimes {
  /** Seconds to the first token of a prompt of 2048 tokens. */
  coldS: number;
  repeatedS: number;
  /** Again, after three other prompts of 512 tokens. */
  afterOthersS: number;
  /** The same 2048 tokens before another question. */
  sharedS: number;
}

export async function prefixes(server: Server, round: number): Promise<PrefixTimes> {
  const number = 7_000_000 + 1000 * round;
  const system = await textOfTokens(server, 2048, number);
  const ask = (question: number) => firstToken(server, `${system}\n\n${text(12, number + question)}?`);
  const coldS = await ask(1);
  const repeatedS = await ask(1);
  for (let other = 0; other < 3; other++)
    await firstToken(server, await textOfTokens(server, 512, number + 500 + other));
  const afterOthersS = await ask(1);
  return { coldS, repeatedS, afterOthersS, sharedS: await ask(2) };
}

interface Stream {
  /** When each event came, in ms. */
  times: number[];
  /** Resolves when this many events have come, or no more will. */
  atLeast: (n: number) => Promise<void>;
  ended: Promise<unknown>;
  stop: () => void;
}

function stream(server: Server, nTokens: number, number: number): Stream {
  const times: number[] = [];
  const abort = new AbortController();
  const body = { prompt: text(40, number), max_tokens: nTokens, stream: true };
  let isOver = false;
  const ended = server
    .complete(body, {
      signal: abort.signal,
      onPart: (part) => {
        // Tokens that arrive in one piece are one event: what a reader sees.
        if (part.includes('data: {')) times.push(performance.now());
      },
    })
    .catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    })
    .finally(() => {
      isOver = true;
    });
  const atLeast = async (n: number): Promise<void> => {
    while (times.length < n && !isOver) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { times, atLeast, ended, stop: () => abort.abort() };
}

const gapsOf = (times: readonly number[]): number[] =>
  times.slice(1).map((time, i) => (time - (times[i] ?? time)) / 1000);

const percentile99 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(0.99 * values.length))] ??
  Number.NaN;

export interface StallTimes {
  /** Seconds between tokens: the median and the 99th of a hundred, alone. */
  idleMedianS: number;
  idleP99S: number;
  /** While another's prompt of 4096 tokens is taken. */
  prefillMedianS: number;
  prefillP99S: number;
  /** Seconds to that other's first token. */
  prefillS: number;
}

export async function stalls(server: Server, round: number): Promise<StallTimes> {
  const number = 9_000_000 + 1000 * round;
  const alone = stream(server, 128, number);
  await alone.ended;
  const idle = gapsOf(alone.times.slice(4));
  const prompt = await textOfTokens(server, 4096, number + 1);
  const beside = stream(server, 2000, number + 2);
  await beside.atLeast(8);
  const start = performance.now();
  const prefillS = await firstToken(server, prompt);
  await beside.atLeast(beside.times.length + 1);
  beside.stop();
  await beside.ended;
  const during = gapsOf(beside.times.filter((time, i) => time > start || (beside.times[i + 1] ?? 0) > start));
  return {
    idleMedianS: median(idle),
    idleP99S: percentile99(idle),
    prefillMedianS: median(during),
    prefillP99S: percentile99(during),
    prefillS,
  };
}
