// MaxMind licence keys: six characters, 29 characters, `_mmk`.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { isMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'maxmind',
  type: 'API_KEY',
  anchors: ['_mmk'],
  patterns: [{ regex: /(?<![A-Za-z0-9_])[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?![A-Za-z0-9_])/g, score: 0.97 }],
  validate: (value) => (isMadeUp(value) ? false : null),
  examples: {
    match: [['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', '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']],
    noMatch: ['xxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxx_mmk', 'short_mmk'],
  },
});
