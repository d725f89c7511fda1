// JSON Web Tokens (RFC 7519, compact form): both first parts are base64url of `{"`.
import { defineRecognizer } from '../../../contract/recognizer.ts';

export default defineRecognizer({
  name: 'jwt',
  type: 'JWT',
  anchors: ['eyJ'],
  lead: 0,
  patterns: [
    {
      regex: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.(?:[A-Za-z0-9_-]{10,})?/g,
      score: 0.95,
    },
  ],
  examples: {
    match: [
      [
        // The token of jwt.io and of RFC 7519's kind: HS256, {"sub":"1234567890", …}
        'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
        'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
      ],
    ],
    noMatch: ['eyJhbGciOiJIUzI1NiJ9 alone', 'keyJson.eyJ.value'],
  },
});
