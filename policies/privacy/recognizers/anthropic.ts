// Anthropic keys: `sk-ant-api03-…`, `sk-ant-admin01-…`, OAuth `sk-ant-oat01-…`.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

/** As they are issued; nobody makes one up to its full length. */
const WHOLE = /^sk-ant-api03-[\w-]{93}AA$/;

export default defineRecognizer({
  name: 'anthropic',
  type: 'API_KEY',
  anchors: ['sk-ant-'],
  patterns: [{ regex: /(?<![\w-])sk-ant-[a-z]{2,8}\d{2}-[A-Za-z0-9_-]{24,}/g, score: 0.98 }],
  validate: (value) => (WHOLE.test(value) && new Set(value).size > 20 ? null : unlessMadeUp(value)),
  examples: {
    match: [
      [
        'key: sk-ant-api03-q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1Aa-Po0Iu_Yt8Re5AA.',
        'sk-ant-api03-q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1Aa-Po0Iu_Yt8Re5AA',
      ],
    ],
    noMatch: ['sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'the prefix sk-ant-api03- marks a key'],
  },
});
