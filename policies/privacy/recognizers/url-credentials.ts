// `user:password@` inside a URL (RFC 3986, 3.2.1). The span is user and password; scheme and host stay readable.
import { defineRecognizer } from '../../../contract/recognizer.ts';

const VARIABLE = /^(?:[$<{%[]|\*{2,}|x{3,}$|…)/i;

export default defineRecognizer({
  name: 'url-credentials',
  type: 'URL_CREDENTIALS',
  anchors: ['://'],
  places: (_, hits) => hits.map((at) => at + '://'.length),
  patterns: [
    {
      regex: /(?<=[A-Za-z0-9]:\/\/)[^\s:@/?#"'`<>[\]{}]{0,128}:[^\s@/"'`<>]{1,256}(?=@[\w[$])/g,
      score: 0.95,
    },
  ],
  // $PASSWORD, <password>, {{pw}} and **** are variables, not values.
  validate: (value) => (VARIABLE.test(value.slice(value.indexOf(':') + 1)) ? false : null),
  examples: {
    match: [
      ['DATABASE_URL=postgres://app:s3cr3t!pw@db.internal:5432/main', 'app:s3cr3t!pw'],
      ['redis://:p4ss-word@cache:6379', ':p4ss-word'],
    ],
    noMatch: [
      'https://example.com:8080/a@b',
      'postgres://user:$PASSWORD@host/db',
      'postgres://user:<password>@host/db',
      'http://localhost:3000/users?mail=a@b',
    ],
  },
});
