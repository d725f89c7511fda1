// Which sequences take part in the next step, and with how much: everybody who decodes gets a token, and guesses where
// they pay. Prompts take a step of their own while nobody is held up by it; else they are read beside the steps, a few
// layers at a time, so that running streams stay even and a long prompt's K/V is still read once for many of its tokens.
// Source: Yu et al., "Orca" (OSDI 2022); Agrawal et al., "Sarathi-Serve" (OSDI 2024) for chunked prefill.
import type { NativeStepItem } from './binding.ts';
import type { Guessing, GuessOffer } from './drafters/draft-model.ts';
import { PAGE_TOKENS, type Sequence } from './sequence.ts';
import type { StepTimes } from './step-times.ts';

export interface Planned {
  sequence: Sequence;
  item: NativeStepItem;
}

/** The part of the prompt budget that the first in line always gets: short prompts may overtake, not starve it. */
const SHARE_OF_FIRST = 0.25;

export interface StepPlan {
  step: Planned[];
  /** To begin before the step; empty: none. */
  reading: Planned[];
  /** What the step gives to the reading under way, in milliseconds. */
  readingMs: number;
}

export interface EngineShape {
  nBatch: number;
  nLayers: number;
}

/**
 * `active` in order of admission; those whose reader is behind sit out. `inReading`: sequences of the reading under way;
 * a new one begins when none is.
 */
export function planStep(
  active: readonly Sequence[],
  inReading: readonly Sequence[],
  { nBatch, nLayers }: EngineShape,
  times: StepTimes,
): StepPlan {
  const ready = active.filter((sequence) => !sequence.request.isBehind() && !inReading.includes(sequence));
  const decoding = ready.filter(isDecoding).slice(0, nBatch);
  const waiting = ready.filter((sequence) => !isDecoding(sequence)).sort(byPriority);
  for (const sequence of waiting) adopt(sequence);
  const before = [...inReading, ...waiting];
  const inTurn = waiting.filter(
    (sequence, index) => !willBeShared(sequence, before.slice(0, inReading.length + index)),
  );
  // Who has but its first token waits once for those that begin with it: together they are read in far less time.
  const isHeldUp = decoding.some(({ length, request }) => length - request.prompt.length > 1);
  let room = nBatch - decoding.length;
  if (!isHeldUp && inReading.length === 0) {
    const shares = shareOut(inTurn, room);
    const prompts = [...shares].map(([sequence, count]) => planned(sequence, count));
    if (prompts.length > 0)
      return { step: [...decoding.map(oneToken), ...prompts], reading: [], readingMs: 0 };
  }
  const readingMs = isHeldUp ? times.readingMs(decoding.length, inTurn.length) : Number.POSITIVE_INFINITY;
  if (inReading.length > 0) return { step: decoding.map(oneToken), reading: [], readingMs };
  if (inTurn.length > 0) {
    const shares = shareOut(inTurn, Math.min(nBatch, times.readingRows(readingMs, nLayers)));
    const reading = [...shares].map(([sequence, count]) => planned(sequence, count));
    return { step: decoding.map(oneToken), reading, readingMs };
  }
  // Guesses wait while a prompt is read: that step is long enough.
  const cost = times.draftCost(decoding.length);
  const step = decoding.map((sequence) => {
    const draft = cost === null ? undefined : proposal(sequence, room, cost);
    room -= draft?.length ?? 0;
    return planned(sequence, 1, draft);
  });
  return { step, reading: [], readingMs: 0 };
}

/** What the first drafter that knows something proposes. */
function proposal(
  { drafters, tokens, length }: Sequence,
  room: number,
  cost: number,
): Int32Array | undefined {
  const most = Math.min(room, tokens.length - length - 1);
  for (const drafter of drafters) {
    const draft = drafter.propose(length, most, cost);
    if (draft.length > 0) return draft;
  }
  return undefined;
}

/** For whom the draft model may guess before the next step: those whose text tells nothing. Nobody while a prompt waits. */
export function mayGuess(
  active: readonly Sequence[],
  inReading: readonly Sequence[],
  { nBatch }: EngineShape,
  times: StepTimes,
): { guessing: Guessing[]; offer: GuessOffer } | null {
  const decoding = active.filter((sequence) => !sequence.request.isBehind());
  const [cost, plainMs] = [times.draftCost(decoding.length), times.plainMs(decoding.length)];
  if (inReading.length > 0 || !decoding.every(isDecoding) || cost === null || plainMs === null) return null;
  const guessing = decoding.flatMap((sequence) => {
    const { modelDrafter: drafter, tokens, length } = sequence;
    return drafter && !proposal(sequence, nBatch, cost) ? [{ drafter, tokens, length }] : [];
  });
  if (guessing.length === 0) return null;
  const most = Math.floor((nBatch - decoding.length) / decoding.length);
  return { guessing, offer: { most, cost, decoding: decoding.length, plainMs } };
}

const isDecoding = ({ position, request }: Sequence): boolean => position >= request.prompt.length;

/** Array.sort is stable: among equals the order of admission stays. */
const byPriority = (a: Sequence, b: Sequence): number => a.request.turn.priority - b.request.turn.priority;

/**
 * Takes what others have computed of this prompt by now. At least the last token is left: its logits are wanted. A
 * pooled hidden state needs every token of its prompt.
 */
function adopt(sequence: Sequence): void {
  const { prompt, pooling } = sequence.request;
  if (pooling) return;
  const before = sequence.position;
  sequence.position = sequence.session!.adoptPrefix(prompt.subarray(0, -1));
  sequence.cachedTokens += sequence.position - before;
}

/** Prompt tokens for each: some for the first in line, the rest for those who need the fewest. */
function shareOut(reading: readonly Sequence[], budget: number): Map<Sequence, number> {
  const shares = new Map<Sequence, number>();
  let rest = budget;
  const left = (sequence: Sequence) => sequence.length - sequence.position - (shares.get(sequence) ?? 0);
  const give = (sequence: Sequence, most: number) => {
    const count = Math.min(left(sequence), most);
    if (count <= 0 || (sequence.request.isWhole && count < left(sequence))) return;
    shares.set(sequence, (shares.get(sequence) ?? 0) + count);
    rest -= count;
  };
  const [first] = reading;
  if (first && reading.length > 1)
    give(first, first.request.isWhole ? budget : Math.ceil(budget * SHARE_OF_FIRST));
  const shortestFirst = [...reading].sort((a, b) => byPriority(a, b) || left(a) - left(b));
  for (const sequence of shortestFirst) give(sequence, rest);
  return shares;
}

/** Whether somebody before it in line is about to compute its next page. */
function willBeShared({ position, request }: Sequence, before: readonly Sequence[]): boolean {
  const end = (Math.floor(position / PAGE_TOKENS) + 1) * PAGE_TOKENS;
  const { prompt, pooling } = request;
  if (pooling || end > prompt.length - 1) return false;
  return before.some((other) => {
    if (other.request.pooling || other.position >= end || other.request.prompt.length < end) return false;
    for (let i = 0; i < end; i++) if (other.request.prompt[i] !== prompt[i]) return false;
    return true;
  });
}

const oneToken = (sequence: Sequence): Planned => planned(sequence, 1);

function planned(sequence: Sequence, count: number, draft?: Int32Array): Planned {
  const { pooling, topTokens } = sequence.request;
  const end = sequence.position + count;
  const item: NativeStepItem = {
    session: sequence.session!,
    tokens: sequence.tokens.slice(sequence.position, end),
    sample: end === sequence.length && !pooling,
    nTop: topTokens,
    ...(pooling && { pooling }),
    ...(draft && draft.length > 0 && { draft }),
  };
  return { sequence, item };
}
