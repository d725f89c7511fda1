// Hugging Face user and organisation tokens.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'huggingface',
  type: 'API_KEY',
  anchors: ['hf_', 'api_org_'],
  patterns: [
    { regex: /(?<![A-Za-z0-9_])hf_[A-Za-z0-9]{30,}/g, score: 0.95 },
    { regex: /(?<![A-Za-z0-9_])api_org_[A-Za-z]{34}(?![A-Za-z0-9_])/g, score: 0.95 },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      ['login(token="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")', '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'],
    ],
    noMatch: ['hf_xxxxx', 'half_precision_hf_models', 'api_org_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX'],
  },
});
