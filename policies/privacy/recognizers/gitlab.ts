// GitLab tokens. Prefixes: GitLab documentation, "Token overview".
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

const PREFIXES = [
  'glpat',
  'gldt',
  'glrt',
  'glptt',
  'glsoat',
  'glft',
  'glimt',
  'gloas',
  'glcbt',
  'glagent',
  'glffct',
];

export default defineRecognizer({
  name: 'gitlab',
  type: 'API_KEY',
  anchors: [...PREFIXES.map((prefix) => `${prefix}-`), 'GR1348941', '_gitlab_session='],
  patterns: [
    {
      regex: new RegExp(
        `(?<![A-Za-z0-9])(?:${PREFIXES.join('|')})-[A-Za-z0-9_-]{20,}(?:\\.[a-z0-9]{9})?`,
        'g',
      ),
      score: 0.98,
    },
    { regex: /(?<![A-Za-z0-9])GR1348941[A-Za-z0-9_-]{20,}/g, score: 0.98 },
    { regex: /_gitlab_session=(?<value>[0-9a-z]{32})/g, score: 0.95 },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [['PRIVATE-TOKEN: glpat-Q8Wz4Xc7Vb2Nm5Lk9Jh3', 'glpat-Q8Wz4Xc7Vb2Nm5Lk9Jh3']],
    noMatch: ['glpat-XXXXXXXXXXXXXXXXXXXX', 'glrt-tx_xxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxx'],
  },
});
