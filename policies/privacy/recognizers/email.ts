// E-mail addresses (RFC 5321 lengths; RFC 6531 letters), not files (logo@2x.png), versions or ssh remotes.
import { defineRecognizer } from '../../../contract/recognizer.ts';

// File endings that are no top-level domain (IANA root zone).
const FILE_ENDING =
  /\.(?:png|jpe?g|gif|svg|webp|bmp|ico|css|s[ac]ss|m?js|cjs|[jt]sx?|html?|json|xml|txt|log|ya?ml|csv|exe|dll|so|tmp|bak|conf|ini|gz|tar|pdf|docx?|xlsx?)$/i;
const SSH_REMOTE = /^git@(?:github|gitlab|bitbucket|ssh)\./i;

export default defineRecognizer({
  name: 'email',
  type: 'EMAIL',
  anchors: ['@'],
  patterns: [
    {
      regex:
        /(?<![\p{L}\p{N}_])[\p{L}\p{N}_][\p{L}\p{N}\p{M}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.){1,8}(?:\p{L}[\p{L}\p{M}]{1,23}|xn--[a-z0-9-]{2,59})(?![\p{L}\p{N}_])/gu,
      score: 0.9,
    },
  ],
  validate: (value) => (FILE_ENDING.test(value) || SSH_REMOTE.test(value) ? false : null),
  examples: {
    match: [
      ['Write to anna.weber+news@mail.example.co.uk.', 'anna.weber+news@mail.example.co.uk'],
      ["'o'brien@example.ie' <JO@EXAMPLE.ORG>", "o'brien@example.ie", 'JO@EXAMPLE.ORG'],
      ['mailto:用户@例子.公司', '用户@例子.公司'],
      ['jörg@xn--mller-kva.example', 'jörg@xn--mller-kva.example'],
    ],
    noMatch: [
      'logo@2x.png',
      'npm i left-pad@1.3.0',
      '@app.route("/x")',
      'git@github.com:a/b.git',
      'me @ home',
      'a@b',
    ],
  },
});
