// Intervals of 95 % by bootstrap: the prompts are drawn anew, each as often as chance has it.
import { type Measured, randomBelow } from './unseen.ts';

/** 95 % of what was drawn. */
export function measured(value: number, drawn: readonly number[]): Measured {
  const sorted = [...drawn].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? value;
  return { value, low: at(0.025), high: at(0.975) };
}

/** Each figure on the prompts as they are, and its interval. @param figuresOf how often each prompt is in a draw */
export function bootstrapped(
  count: number,
  rounds: number,
  figuresOf: (weights: Uint32Array) => number[],
): Measured[] {
  const next = randomBelow(29);
  const draws = Array.from({ length: rounds }, () => {
    const weights = new Uint32Array(count);
    for (let i = 0; i < count; i += 1) weights[next(count)]! += 1;
    return figuresOf(weights);
  });
  return figuresOf(new Uint32Array(count).fill(1)).map((value, at) =>
    measured(
      value,
      draws.map((draw) => draw[at]!),
    ),
  );
}
