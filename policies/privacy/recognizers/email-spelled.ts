// E-mail addresses as people write them against collectors: `anna [at] example [dot] com`, `anna(at)example.org`.
import { defineRecognizer } from '../../../contract/recognizer.ts';

const LOCAL = "[a-z0-9](?:[a-z0-9._+'-]{0,62}[a-z0-9])?";
/** `[at]`, `( arroba )` */
const SIGNS = ['at', 'ät', 'arroba', 'chiocciola'].flatMap((word) =>
  ['[]', '()', '{}', '<>'].flatMap(([open, close]) => [`${open}${word}${close}`, `${open} ${word} ${close}`]),
);
const AT = `[ \\t]?(?:${SIGNS.map((sign) => sign.replace(/[[\](){}]/g, '\\$&')).join('|')})[ \\t]?`;
const DOT = '(?:\\.|[ \\t]?[\\[({<][ \\t]?(?:dot|punkt|punto|ponto|point|\\.)[ \\t]?[\\])}>][ \\t]?)';

export default defineRecognizer({
  name: 'email-spelled',
  type: 'EMAIL',
  anchors: SIGNS,
  lead: 70,
  tail: 180,
  patterns: [
    {
      regex: new RegExp(
        `(?<![\\p{L}\\d._+-])${LOCAL}${AT}[a-z0-9][a-z0-9-]{0,62}(?:${DOT}[a-z0-9-]{1,63}){0,4}${DOT}[a-z]{2,24}(?![\\p{L}\\d])`,
        'giu',
      ),
      score: 0.85,
    },
  ],
  examples: {
    match: [
      ['write to anna.weber [at] example [dot] com, please', 'anna.weber [at] example [dot] com'],
      ['kontakt: jo(at)mail.example.de', 'jo(at)mail.example.de'],
      ['m.rossi{at}example.it', 'm.rossi{at}example.it'],
    ],
    noMatch: ['look (at) this. Then go', 'meet [at] noon', 'array[at].length', 'f(at).then'],
  },
});
