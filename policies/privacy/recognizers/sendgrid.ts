// SendGrid keys: `SG.` + 22 + `.` + 43 characters.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'sendgrid',
  type: 'API_KEY',
  anchors: ['SG.'],
  patterns: [{ regex: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/g, score: 0.98 }],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        `SENDGRID=SG.${'q8Wz4Xc7Vb2Nm5Lk9Jh3Gf'}.6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn6Mk9Lj3Hg0Fd5S`,
        `SG.${'q8Wz4Xc7Vb2Nm5Lk9Jh3Gf'}.6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn6Mk9Lj3Hg0Fd5S`,
      ],
    ],
    noMatch: ['MSG.body.text', 'SG.xxxx.yyyy'],
  },
});
