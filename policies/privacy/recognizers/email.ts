// E-mail addresses (RFC 5321 lengths; RFC 6531 letters), not files (logo@2x.png), versions or ssh remotes.
import { defineRecognizer } from '../../../contract/recognizer.ts';

// File endings that are no top-level domain (IANA root zone).
const FILE_ENDING =
  /\.(?:png|jpe?g|gif|svg|webp|bmp|ico|css|s[ac]ss|m?js|cjs|[jt]sx?|html?|json|xml|txt|log|ya?ml|csv|exe|dll|so|tmp|bak|conf|ini|gz|tar|pdf|docx?|xlsx?)$/i;
/** Nobody's: senders that read nothing, and the users of examples at the domains that RFC 2606 reserves for them. */
const NOBODY =
  /^(?:(?:do-?not-?reply|no-?reply)@|(?:(?:another|some|test|my|your|the|new|old|other)?[._-]?(?:user(?:name)?|name|e?mail|address|one|test(?:er|ing)?|example|sample|demo|foo|bar|baz|admin|root|info|support|hello|contact|account|person|someone|somebody|you|me|abc|xyz)\d{0,3})@(?:[a-z0-9-]+\.)*(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|localdomain|local)$)/i;
const SSH_REMOTE = /^git@(?:github|gitlab|bitbucket|ssh)\./i;

const LOCAL = /[\p{L}\p{N}\p{M}._%+'-]/u;
const LOCAL_START = /[\p{L}\p{N}_]/u;
const DOMAIN =
  /@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}[\p{L}\p{M}]{1,23})(?![\p{L}\p{N}_])/uy;
const MAX_LOCAL = 64;

/** A letter, digit or mark outside ASCII may take two code units; the first of them then has no class of its own. */
const isLocal = (text: string, at: number, shape: RegExp): boolean => {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff && at > 0
    ? shape.test(String.fromCodePoint(text.codePointAt(at - 1) as number))
    : (code >= 0xd800 && code <= 0xdbff) || shape.test(text.charAt(at));
};

/** From each `@` backwards over the local part, then forwards over the domain: nothing else of the text is read. */
function findAddresses(text: string): [number, number, number][] {
  const found: [number, number, number][] = [];
  let floor = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    const lowest = Math.max(floor, at - MAX_LOCAL);
    while (start > lowest && isLocal(text, start - 1, LOCAL)) start -= 1;
    while (start < at && !isLocal(text, start, LOCAL_START)) start += 1;
    if (start === at) continue;
    DOMAIN.lastIndex = at;
    if (!DOMAIN.test(text)) continue;
    found.push([start, DOMAIN.lastIndex, 0.9]);
    floor = DOMAIN.lastIndex;
  }
  return found;
}

export default defineRecognizer({
  name: 'email',
  type: 'EMAIL',
  anchors: ['@'],
  patterns: [],
  find: findAddresses,
  validate: (value) =>
    FILE_ENDING.test(value) || SSH_REMOTE.test(value) || NOBODY.test(value) ? false : null,
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
      'noreply@shop.de',
      'user@example.com',
      'test1@mail.example.org',
      'a@b',
    ],
  },
});
