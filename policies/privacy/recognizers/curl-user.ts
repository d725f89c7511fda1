// `curl -u user:password` (curl manual, --user). The span is user and password.
import { defineRecognizer, type FoundSpan, type TextIndex } from '../../../contract/recognizer.ts';

/** Variables of shells and templates, and the words of documentation. */
const VARIABLE = /^["']?(?:[$<[%]|\{\{|\{\w+\}$|\{[a-z_]+$)/i;
const WORD =
  /^["']?(?:user(?:name)?|login|pass(?:word|wd)?|token|test|secret|key|api_?key|x{2,}|y{2,}|…)?["']?$/i;

function isRealPair(pair: string): boolean {
  const quote = /^(["'])([^"']*)\1$/.exec(pair);
  const bare = quote ? (quote[2] as string) : pair;
  const colon = bare.indexOf(':');
  const [user, password] = [bare.slice(0, colon), bare.slice(colon + 1)];
  if (VARIABLE.test(password) || (VARIABLE.test(user) && password === '')) return false;
  if (WORD.test(password))
    return password === '' && /[a-z]/i.test(user) && /\d/.test(user) && user.length >= 8;
  return true;
}

const USER =
  /(?:"[^":\n]{0,80}:[^"\n]{0,120}"|'[^':\n]{0,80}:[^'\n]{1,120}'|(?:"[^"\n]{3,80}"|'[^'\n]{3,80}'|[\w$@.-]{1,80}):(?:"[^"\n]{3,120}"|'[^'\n]{3,120}'|[\w${}@.!#%~-]{3,120}))(?=\s|$)/y;
/** So far before the option the command's name may stand. */
const MAX_DISTANCE = 400;

/** From the option on: what stands between it and its value. */
const OPTION = /[ \t\n\r](?:--user|-u)(?:=|[ \t]{0,5})/y;

function findUsers(text: string, _: TextIndex, hits: readonly number[]): FoundSpan[] {
  const found: FoundSpan[] = [];
  for (const at of hits) {
    OPTION.lastIndex = at;
    if (!OPTION.test(text)) continue;
    const start = OPTION.lastIndex;
    USER.lastIndex = start;
    if (USER.test(text) && text.slice(Math.max(0, start - MAX_DISTANCE), start).includes('curl'))
      found.push([start, USER.lastIndex, 0.9]);
  }
  return found;
}

export default defineRecognizer({
  name: 'curl-user',
  type: 'PASSWORD',
  anchors: [...' \t\n\r'].flatMap((blank) => [`${blank}-u`, `${blank}--user`]),
  patterns: [],
  find: findUsers,
  validate: (value) => (isRealPair(value) ? null : false),
  examples: {
    match: [
      ['curl --user roger23@gmail.com:pQ9wTxu4Fg https://x.org', 'roger23@gmail.com:pQ9wTxu4Fg'],
      ["curl -sw '%{http_code}' --user  'johns:h0pk1ns~21s' $URL", "'johns:h0pk1ns~21s'"],
    ],
    noMatch: [
      "curl -i -u 'test:test'",
      'curl -u "${_username}:${_password}"',
      'curl -u username:token',
      'curl -u <user:password> https://x.org',
    ],
  },
});
