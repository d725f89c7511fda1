import { describe, expect, it } from 'vitest';
import { StepTimes } from '../../../engine/step-times.ts';

describe('step times', () => {
  it('ask for a plain step until one was measured, and again after many others', () => {
    const times = new StepTimes();
    expect(times.promptBudget(0, 1, 512)).toBe(512);
    expect(times.promptBudget(2, 1, 512)).toBe(0);
    expect(times.draftCost(2)).toBeNull();
    times.observe({ decoding: 2, promptRows: 0, draftRows: 0, ms: 20 });
    expect(times.promptBudget(2, 1, 512)).toBeGreaterThan(0);
    expect(times.promptBudget(3, 1, 512)).toBe(0);
    for (let i = 0; i < 64; i++) times.observe({ decoding: 2, promptRows: 8, draftRows: 0, ms: 30 });
    expect(times.promptBudget(2, 1, 512)).toBe(0);
    expect(times.draftCost(2)).toBeNull();
    times.observe({ decoding: 2, promptRows: 0, draftRows: 0, ms: 20 });
    expect(times.promptBudget(2, 1, 512)).toBeGreaterThan(0);
  });

  it('size the chunk so that a step stays at 1.6 times the plain one', () => {
    const times = new StepTimes();
    times.observe({ decoding: 1, promptRows: 0, draftRows: 0, ms: 20 });
    for (let i = 0; i < 20; i++)
      times.observe({ decoding: 1, promptRows: 10, draftRows: 0, ms: 20 + 10 * 0.5 });
    expect(times.promptBudget(1, 1, 512)).toBe(24);
    expect(times.promptBudget(1, 1, 16)).toBe(16);
    // Three who wait for their first token weigh more than one who streams.
    expect(times.promptBudget(1, 3, 512)).toBe(72);
    // However dear a row is, a prompt gets on.
    for (let i = 0; i < 60; i++) times.observe({ decoding: 1, promptRows: 4, draftRows: 0, ms: 200 });
    times.observe({ decoding: 1, promptRows: 0, draftRows: 0, ms: 20 });
    expect(times.promptBudget(1, 1, 512)).toBe(4);
  });

  it('price a guess in tokens of the batch, and are not moved far by one slow step', () => {
    const times = new StepTimes();
    for (const decoding of [1, 8]) times.observe({ decoding, promptRows: 0, draftRows: 0, ms: 20 });
    times.observe({ decoding: 1, promptRows: 0, draftRows: 4, ms: 28 });
    expect(times.draftCost(1)).toBeCloseTo(0.1);
    expect(times.draftCost(8)).toBeCloseTo(0.8);
    times.observe({ decoding: 1, promptRows: 0, draftRows: 0, ms: 2000 });
    expect(times.draftCost(1)).toBeCloseTo(2 / 30);
  });
});
