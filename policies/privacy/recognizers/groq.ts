// Groq keys: `gsk_` and 52 letters and digits.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'groq',
  type: 'API_KEY',
  anchors: ['gsk_'],
  patterns: [{ regex: /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,}/g, score: 0.98 }],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        'GROQ_API_KEY=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',
        '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',
      ],
    ],
    noMatch: ['gsk_your_key_here', 'gsk_short'],
  },
});
