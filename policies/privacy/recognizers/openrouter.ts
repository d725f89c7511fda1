// OpenRouter keys: `sk-or-v1-` and 64 hex digits.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'openrouter',
  type: 'API_KEY',
  anchors: ['sk-or-'],
  patterns: [{ regex: /(?<![\w-])sk-or-(?:v\d-)?[0-9a-f]{40,}/g, score: 0.98 }],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        'Bearer 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',
        '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',
      ],
    ],
    noMatch: ['sk-or-v1-xxxx', 'task-or-event'],
  },
});
