// Perplexity keys: `pplx-` and 48 letters and digits.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'perplexity',
  type: 'API_KEY',
  anchors: ['pplx-'],
  patterns: [{ regex: /(?<![A-Za-z0-9])pplx-[A-Za-z0-9]{40,}/g, score: 0.98 }],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        '"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"',
        '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',
      ],
    ],
    noMatch: ['PERPLEXITY_API_KEY=pplx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
  },
});
