// `curl -u user:password` (curl manual, --user). The span is user and password.
import { defineRecognizer } from '../../../contract/recognizer.ts';

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
  /(?<=[ \t\n\r](?:-u|--user)(?:=|[ \t]{0,5}))(?:"[^":\n]{0,80}:[^"\n]{0,120}"|'[^':\n]{0,80}:[^'\n]{1,120}'|(?:"[^"\n]{3,80}"|'[^'\n]{3,80}'|[\w$@.-]{1,80}):(?:"[^"\n]{3,120}"|'[^'\n]{3,120}'|[\w${}@.!#%~-]{3,120}))(?=\s|$)/g;
/** So far before the option the command's name may stand. */
const MAX_DISTANCE = 400;

function findUsers(text: string): [number, number, number][] {
  return [...text.matchAll(USER)]
    .filter(({ index }) => text.slice(Math.max(0, index - MAX_DISTANCE), index).includes('curl'))
    .map((match) => [match.index, match.index + match[0].length, 0.9]);
}

export default defineRecognizer({
  name: 'curl-user',
  type: 'PASSWORD',
  anchors: ['curl'],
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
