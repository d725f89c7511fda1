// GitHub tokens: ghp_ gho_ ghu_ ghs_ ghr_ and fine-grained github_pat_.
// Formats: GitHub blog, "Behind GitHub's new authentication token formats" (2021).
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'github',
  type: 'API_KEY',
  anchors: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
  patterns: [
    { regex: /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,}/g, score: 0.98 },
    { regex: /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{22,}/g, score: 0.98 },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        'export GH_TOKEN=ghp_q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu9Yt',
        'ghp_q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu9Yt',
      ],
      [
        'token=github_pat_11AB2CD3EF4GH5IJ6KL7MN_8OP9QR0ST1UV2WX3YZ4aB5cD6eF7gH8iJ9kL0mN1oP2qR3sT4uV5wX6y',
        'github_pat_11AB2CD3EF4GH5IJ6KL7MN_8OP9QR0ST1UV2WX3YZ4aB5cD6eF7gH8iJ9kL0mN1oP2qR3sT4uV5wX6y',
      ],
    ],
    noMatch: ['ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'ghp_tooshort1234'],
  },
});
