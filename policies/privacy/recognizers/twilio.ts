// Twilio: API key SIDs (SK + 32 hex) and auth tokens (32 hex after a mention of Twilio).
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'twilio',
  type: 'API_KEY',
  anchors: [
    'twilio',
    ...[...'0abcdef'].flatMap((a) => [...'0abcdef'].map((b) => ({ text: `SK${a}${b}`, starts: true }))),
  ],
  lead: 0,
  patterns: [
    { regex: /(?<![A-Za-z0-9\u00c0-\u02ff])SK[0-9a-fA-F]{32}(?![A-Za-z0-9])/g, score: 0.95 },
    {
      regex:
        /twilio[^\n]{0,40}?(?:token|secret|auth)[^\n0-9a-f]{1,8}?(?<value>[0-9a-f]{32})(?![A-Za-z0-9])/gi,
      score: 0.9,
    },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      [`sid SK${'8f3a1c9be27d4605a1f2c3d4e5b69788'}`, `SK${'8f3a1c9be27d4605a1f2c3d4e5b69788'}`],
      ['TWILIO_AUTH_TOKEN="8f3a1c9be27d4605a1f2c3d4e5b69788"', '8f3a1c9be27d4605a1f2c3d4e5b69788'],
    ],
    noMatch: ['SKU 8f3a1c9be27d4605a1f2c3d4e5b69788', 'TASK8f3a1c9be27d4605a1f2c3d4e5b697880'],
  },
});
