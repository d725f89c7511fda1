// llama.cpp through node-llama-cpp as a contender: what a Node program gets of it, its binding's cost included.
import { LlamaCpp } from './llama-cpp.ts';
import { bareName, type Contender } from './measurement.ts';

export const nodeLlama = (model: string): Contender => ({
  name: 'node-llama-cpp',
  async measure(tests, nThreads) {
    const speeds = new Map<string, number>();
    if (tests[0]?.kind === 'batch') return speeds;
    const peer = await LlamaCpp.start();
    try {
      const longest = Math.max(...tests.map(({ nTokens, depth }) => nTokens + depth));
      await peer.open(model, { nCtx: Math.ceil(longest / 256) * 256 + 256, nThreads });
      const idsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => (i * 7) % 256);
      for (const test of tests) {
        const { kind, nTokens, depth } = test;
        const isPrefill = kind === 'prefill';
        if (isPrefill) await peer.time(idsOf(nTokens), 0); // warms up
        const { prefillS, decodeS } = await peer.time(
          idsOf(isPrefill ? nTokens : Math.max(1, depth)),
          isPrefill ? 0 : nTokens,
        );
        speeds.set(bareName(test), nTokens / (isPrefill ? prefillS : decodeS));
      }
    } finally {
      await peer.stop();
    }
    return speeds;
  },
});
