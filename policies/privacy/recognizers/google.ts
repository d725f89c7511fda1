// Google: API keys (AIza + 35), OAuth client secrets (GOCSPX-), OAuth access tokens (ya29.).
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'google',
  type: 'API_KEY',
  anchors: ['AIza', 'GOCSPX-', 'ya29.'],
  patterns: [
    { regex: /(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, score: 0.95 },
    { regex: /(?<![A-Za-z0-9_-])GOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g, score: 0.95 },
    { regex: /(?<![A-Za-z0-9_-])ya29\.[A-Za-z0-9_-]{20,}/g, score: 0.95 },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [['?key=AIzaSyQ8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1Aa-Po0I', 'AIzaSyQ8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1Aa-Po0I']],
    noMatch: [
      'apiKey: "AIzaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"',
      'AIzaTesb6Tscfcni8vIpWZqNCXFDFslJtVSvFDqabcd123',
    ],
  },
});
