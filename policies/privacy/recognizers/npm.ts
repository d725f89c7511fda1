// npm access tokens: `npm_` and 36 letters and digits.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'npm',
  type: 'API_KEY',
  anchors: ['npm_'],
  patterns: [{ regex: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g, score: 0.98 }],
  validate: unlessMadeUp,
  examples: {
    match: [
      ['//:_authToken=npm_q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt', 'npm_q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt'],
    ],
    noMatch: ['npm_config_registry=mirror', 'npm_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
  },
});
