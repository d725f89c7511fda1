// Anything random that is assigned to a name such as `api_key`, `token` or `secret`: vendors nobody has listed. What is made of
// words, names a variable or says that it is a placeholder is left alone.
import { defineRecognizer, type FoundSpan, type TextIndex } from '../../../contract/recognizer.ts';
import { entropy, isMadeUp, isRandom } from '../key-shape.ts';

const NAMES = 'access|auth|api|credential|creds|key|passw(?:or)?d|secret|token';
const VALUE = /(?:[A-Za-z0-9_][\w.=+/~-]{9,199})/y;
/** File names, versions, paths, dates and ids of other kinds. */
const NO_SECRET =
  /^(?:https?|xox[a-z]-|[./]|\d{4}-\d\d-\d\d|v?\d+(?:\.\d+)+|0x|[0-9a-f]{8}-[0-9a-f]{4}-|sha\d|[a-z]+\/[a-z])|\.(?:json|ts|js|py|go|java|html|md|txt|ya?ml|xml|png|svg|pem|key|com|org|net|io)$|^[A-Za-z_.]+\(?$/i;
/** Public by what they are called. */
const PUBLIC =
  /(?:public|publishable|key_?id|keyboard|keyword|primary|foreign|sort|partition|cache|idempotency|author|authenticity|monkey|keyframe|token(?:s|ize|izer|_count|_type|_id|_ids))[\w .-]{0,20}$/i;

const assigned = new RegExp(
  `(?:${NAMES})[\\w .\\t-]{0,20}[\\s'"]{0,16}(?:=>|>|:{1,3}=|\\|\\||:|\\?=|={1,3}|,|(?<=(?:key|token|secret|password) )is )[\`'"\\s=]{0,20}`,
  'iy',
);

function isSecret(value: string): boolean {
  if (NO_SECRET.test(value) || isMadeUp(value)) return false;
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 24 && entropy(value) > 2.5;
  return isRandom(value) && (value.length >= 14 || /[a-z].*\d.*[a-z]|\d.*[a-z].*\d/i.test(value));
}

/** From each name to its value. */
function findSecrets(text: string, _: TextIndex, hits: readonly number[]): FoundSpan[] {
  const found: FoundSpan[] = [];
  let end = 0;
  for (const at of hits) {
    if (at < end) continue;
    assigned.lastIndex = at;
    const match = assigned.exec(text);
    if (match === null) continue;
    const start = at + match[0].length;
    end = start - 1;
    VALUE.lastIndex = start;
    const value = VALUE.exec(text)?.[0].replace(/[.]+$/, '');
    if (value === undefined) continue;
    const name = text.slice(Math.max(0, at - 20), at) + match[0].replace(/['"\s:=>|,`?]+$/, '');
    const after = text[start + value.length] ?? ' ';
    if (!PUBLIC.test(name) && !'([@'.includes(after) && isSecret(value))
      found.push([start, start + value.length, 0.75]);
  }
  return found;
}

export default defineRecognizer({
  name: 'generic-secret',
  type: 'API_KEY',
  anchors: ['access', 'auth', 'api', 'credential', 'creds', 'key', 'password', 'passwd', 'secret', 'token'],
  minDigits: 1,
  patterns: [],
  find: findSecrets,
  examples: {
    match: [
      ['ACME_API_KEY=q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6D', 'q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6D'],
      ['"client_secret": "1xh2bxz9zn5ps8kd72"', '1xh2bxz9zn5ps8kd72'],
    ],
    noMatch: [
      'api_key = YOUR_API_KEY_12345',
      'token: getToken2(request)',
      'const key = utf8DecodeString;',
      'public_key: q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6D',
      'password = settings.password2',
    ],
  },
});
