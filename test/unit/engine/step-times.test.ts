import { describe, expect, it } from 'vitest';
import { StepTimes } from '../../../engine/step-times.ts';

describe('step times', () => {
  it('ask for a plain step before guesses until one was measured, and again after many with guesses', () => {
    const times = new StepTimes();
    expect(times.draftCost(2)).toBeNull();
    times.observe({ decoding: 2, promptRows: 0, draftRows: 0, ms: 20 });
    expect(times.draftCost(2)).not.toBeNull();
    expect(times.draftCost(3)).toBeNull();
    for (let i = 0; i < 64; i++) times.observe({ decoding: 2, promptRows: 0, draftRows: 4, ms: 30 });
    expect(times.draftCost(2)).toBeNull();
    times.observe({ decoding: 2, promptRows: 0, draftRows: 0, ms: 20 });
    expect(times.draftCost(2)).not.toBeNull();
  });

  it('give a reading 0.6 of a plain step, and rows that pass one layer in that time', () => {
    const times = new StepTimes();
    expect(times.readingMs(1, 1)).toBe(0);
    times.observe({ decoding: 1, promptRows: 0, draftRows: 0, ms: 20 });
    expect(times.readingMs(1, 1)).toBeCloseTo(12);
    // Three who wait for their first token weigh more than one who streams.
    expect(times.readingMs(1, 3)).toBeCloseTo(36);
    // Steps that read prompts on their own say nothing about plain ones.
    times.observe({ decoding: 1, promptRows: 400, draftRows: 0, ms: 900 });
    expect(times.readingMs(1, 1)).toBeCloseTo(12);
    for (let i = 0; i < 20; i++) times.observeReading(100, 500);
    expect(times.readingRows(12, 20)).toBe(48);
    // However dear a row is, a prompt gets on.
    for (let i = 0; i < 60; i++) times.observeReading(10, 5000);
    expect(times.readingRows(12, 20)).toBe(8);
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
