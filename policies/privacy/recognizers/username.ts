// Names of accounts, by their label. A name with a digit or a sign in it is one behind any label; a word only in a form, behind a
// colon or in a cell, where nothing follows it: `username and password`.
import { defineRecognizer, type FoundSpan, type TextIndex } from '../../../contract/recognizer.ts';
import { blockKindAt } from '../block-kind.ts';
import { LABEL_GAP } from '../define-labelled.ts';

const SURE =
  "user[ _-]?names?|user[ _-]?ids?|log[ _-]?in[ _-]?(?:names?|ids?)|screen[ _-]?names?|nick[ _-]?names?|user[ _-]?handle|benutzername|benutzerkennung|nom d'utilisateur|identifiant de connexion|nombre de usuario|nome utente|nome de usuário|nome do usuário|gebruikersnaam|nazwa użytkownika|användarnamn|kullanıcı adı|имя пользователя|用户名|ユーザー名";
/** Also something else: a name without digits and signs is none behind them. */
const LOOSE =
  'log[ _-]?in|user|usuario|usuário|utilisateur|utente|benutzer|gebruiker|account[ _-]?name|nick|handle|pseudo|skype|telegram|twitter|instagram|discord|snapchat|tiktok|github|wechat|steam|gamertag';

const LABEL = new RegExp(
  `(?<![A-Za-z\\d\\u00c0-\\u02ff])(?:(?<sure>${SURE})|${LOOSE})(?![A-Za-z])(?<gap>${LABEL_GAP})(?<value>@?[A-Za-z0-9][\\w.-]{2,31}(?<![.-]))(?![\\w@(\\[{=\\\\/+-]|[.:][\\w/])`,
  'iy',
);
const IS_FORM = /[:=|>：]\W*$|["'`]$/;
const NO_NAME =
  /^(?:[$<{%[(*@]|null|none|undefined|string|text|required|optional|root|admin|user(?:name)?s?|usernames|name|names|password|is|was|and|or|the|for|must|should|of|to|in|with|field|input|your|not|cannot|can|already|example|test|guest|default|demo|anonymous|unknown|true|false|value|login|email|id|auto|https?|www)(?![\w-]*\d)/i;
/** `user_abc123`, `usr-12`: a program's id, which says so. */
const OF_PROGRAM = /^(?:users?|usr|acc(?:oun)?t|member|person|customer|cus|org|sub)[_-]/i;

function isName(value: string, gap: string, isSure: boolean, text: string, start: number): boolean {
  if (NO_NAME.test(value) || OF_PROGRAM.test(value) || /^[A-Z]+(?:_[A-Z]+)+$/.test(value)) return false;
  if (/^\d{1,3}$|^\d+\.\d+$/.test(value)) return false;
  const end = start + value.length;
  if (/[\d._]|^\p{L}+-\p{L}+$/u.test(value)) return isSure || (IS_FORM.test(gap) && /[\d_]/.test(value));
  if (!isSure || !IS_FORM.test(gap) || value.length < 4) return false;
  const after = text[end];
  if (
    after !== undefined &&
    !'\n\r"\'`<|,;.'.includes(after) &&
    !/^ {0,3}[|\n]/.test(text.slice(end, end + 4))
  )
    return false;
  return blockKindAt(text, start, end) !== 'code';
}

function findNames(text: string, _: TextIndex, hits: readonly number[]): FoundSpan[] {
  const found: FoundSpan[] = [];
  for (const at of hits) {
    LABEL.lastIndex = at;
    const groups = LABEL.exec(text)?.groups;
    if (groups === undefined) continue;
    const value = groups['value'] as string;
    const end = LABEL.lastIndex;
    const start = end - value.length;
    if (isName(value, groups['gap'] as string, groups['sure'] !== undefined, text, start))
      found.push([start, end, 0.6]);
  }
  return found;
}

export default defineRecognizer({
  name: 'username',
  type: 'USERNAME',
  anchors: [
    ...[
      'user',
      'login',
      'log in',
      'log_in',
      'log-in',
      'screen',
      'nick',
      'benutzer',
      "nom d'u",
      'identifiant',
    ],
    ...['nombre de usuario', 'nome ut', 'nome de us', 'nome do us', 'gebruiker', 'nazwa', 'användarnamn'],
    ...[
      'kullanıcı',
      'имя пользователя',
      '用户名',
      'ユーザー名',
      'usuario',
      'usuário',
      'utilisateur',
      'utente',
    ],
    ...['account', 'handle', 'pseudo', 'skype', 'telegram', 'twitter', 'instagram', 'discord', 'snapchat'],
    ...['tiktok', 'github', 'wechat', 'steam', 'gamertag'],
  ].map((text) => ({ text, starts: true })),
  patterns: [],
  find: findNames,
  examples: {
    match: [
      ['username: jdoe_84', 'jdoe_84'],
      ['Benutzername: anna.weber', 'anna.weber'],
      ['User name: marlowe\nRole: reader', 'marlowe'],
      ['| Username | kestrel |', 'kestrel'],
      ['Skype: kim_lee4', 'kim_lee4'],
      ['{"username": "ottoline"}', 'ottoline'],
    ],
    noMatch: [
      'username and password',
      'DB_USERNAME=',
      'username: ${user_1}',
      'user name',
      'username: string',
      'username is required',
      'the username: enter it below',
      '{"user": "user_abc123"}',
      'username = get_name(1)',
      'const user: User',
      'login to example.org',
    ],
  },
});
