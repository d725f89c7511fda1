// OpenAI keys: `sk-proj-…`, `sk-svcacct-…`, `sk-admin-…` and the older `sk-` + letters and digits, which DeepSeek and others
// use too.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { isMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'openai',
  type: 'API_KEY',
  anchors: ['sk-'],
  patterns: [
    { regex: /(?<![\w-])sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}/g, score: 0.95 },
    { regex: /(?<![\w-])sk-[A-Za-z0-9]{20,}/g, score: 0.95 },
  ],
  validate: (value) => (/\d/.test(value) && !isMadeUp(value) ? null : false),
  examples: {
    match: [
      [
        'OPENAI_API_KEY=sk-proj-Zr8Kq2Lw9Xc4Vb7Nm1Aa_Sd3Fg6Hj5-Kl0Qw',
        'sk-proj-Zr8Kq2Lw9Xc4Vb7Nm1Aa_Sd3Fg6Hj5-Kl0Qw',
      ],
      [
        'use "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" please',
        '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',
      ],
    ],
    noMatch: [
      'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1',
      'class="sk-circle-fade-dot sk-three-bounce-animation"',
      'a risk-adjustedreturnonequitycapital2024 estimate',
    ],
  },
});
