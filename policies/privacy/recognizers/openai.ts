// OpenAI keys: `sk-proj-…`, `sk-svcacct-…`, `sk-admin-…` and the older `sk-` + letters and digits, which DeepSeek and others
// use too.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { isMadeUp, isSpelled } from '../key-shape.ts';

/** A class or a file (`sk-three-bounce-animation`) has no digits; nor has a key in some thousands, but that is not made of words. */
const isKey = (value: string): boolean =>
  !isMadeUp(value) && (/\d/.test(value) || (/[A-Z]/.test(value) && !isSpelled(value)));

export default defineRecognizer({
  name: 'openai',
  type: 'API_KEY',
  anchors: ['sk-'],
  patterns: [
    { regex: /(?<![\w-])sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}/g, score: 0.95 },
    { regex: /(?<![\w-])sk-[A-Za-z0-9]{20,}/g, score: 0.95 },
  ],
  validate: (value) => (isKey(value) ? null : false),
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
      [
        'no digit: sk-proj-ZrKqLwXcVbNmAaSdFgHjKlQwErTyUiOpZxCvBnMq',
        'sk-proj-ZrKqLwXcVbNmAaSdFgHjKlQwErTyUiOpZxCvBnMq',
      ],
    ],
    noMatch: [
      'sk-proj-yourKeyFromTheDashboardGoesHere',
      'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1',
      'class="sk-circle-fade-dot sk-three-bounce-animation"',
      'a risk-adjustedreturnonequitycapital2024 estimate',
    ],
  },
});
