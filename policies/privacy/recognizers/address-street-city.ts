// Postal addresses in Latin script by their shape alone: a name and a house number, then a postal code and a town. The code says more
// than any list of words for streets: `Sudkova 59, 882 16 Brandýs nad Orlicí`, `Kungsgatan 3, 111 43 Stockholm`.
import { defineRecognizer, type Recognizer } from '../../../contract/recognizer.ts';

const WORD = "(?:\\p{Lu}[\\p{L}\\p{M}]{0,4}\\.|\\p{Lu}[\\p{L}\\p{M}'’-]{0,30})";
const STREET = `(?:(?:[KVUzv]|[Nn]a|[Pp]od|[Nn]ad|[Ii]n|[Aa]m?|[Zz]u[mr]|[Aa]n der|[Vv]an der?|[Dd]e la|[Dd]e|[Dd]i|[Dd]o|[Dd]a|(?:[Uu]l|[Aa]l|[Pp]l|[Oo]s|[Bb]ulw|[Ww]yb|[Ss]kw)\\.) )?${WORD}(?: (?:(?:de|del|della|di|da|do|dos|du|des|la|le|van|von|der|den) ){0,2}${WORD}){0,4}`;
/** No year. */
const HOUSE = '(?!(?:1[89]|20)\\d\\d\\b)\\d{1,4}(?: ?[a-zA-Z](?![\\p{L}\\d]))?(?:/\\d{1,4}[a-z]?)?';
/** Codes of five digits in groups, Polish, Dutch and Portuguese ones; four digits alone unless they are a year. */
const CODE =
  '(?:[A-Z]{1,2}-)?(?:\\d{5}|\\d{3} \\d{2}|\\d{2}-\\d{3}|\\d{4} ?[A-Z]{2}|\\d{4}-\\d{3}|\\d{5}-\\d{3}|(?!1[89]|20)\\d{4})';
const TOWN = `\\p{Lu}[\\p{L}\\p{M}'’-]{2,30}(?: (?:nad|pod|am|an der|im|upon|on|sur|sous|de|del|di|do|da|aan den|ob) ${WORD}| ${WORD}){0,2}`;

/** At the house number: the street is looked for before it, in `find`. */
const AFTER = new RegExp(`${HOUSE}(?:,\\s?|\\n|\\s?[·|]\\s?)${CODE}\\s${TOWN}(?![\\p{L}\\d])`, 'uy');
const BEFORE = new RegExp(`(?<![\\p{L}\\p{M}\\d_@#$./-])${STREET},? $`, 'u');
const LONGEST_STREET = 120;

/** From each short number with a code of at least four digits right behind it. */
const find: Recognizer['find'] = (text, { units, runs, runStarts, runEnds }) => {
  const found: [number, number, number][] = [];
  for (let i = 0; i + 1 < runs; i += 1) {
    const start = runStarts[i] as number;
    const end = runEnds[i] as number;
    const next = runStarts[i + 1] as number;
    const after = units[end] as number;
    if (end - start > 4 || start < 3 || next - end > 8 || units[start - 1] !== 32) continue;
    if (after === 46 || after === 58 || after === 45) continue; // 1.5, 10:30, 2024-01-01
    AFTER.lastIndex = start;
    if (!AFTER.test(text)) continue;
    const to = AFTER.lastIndex;
    const street = BEFORE.exec(text.slice(Math.max(0, start - LONGEST_STREET), start));
    if (street !== null) found.push([start - street[0].length, to, 0.75]);
  }
  return found;
};

export default defineRecognizer({
  name: 'address-street-city',
  type: 'ADDRESS',
  minDigits: 4,
  patterns: [],
  find,
  // Words in capitals among others are keywords: `SELECT 12, 10000 FROM Table`.
  validate: (value) => (/\p{Lu}{4}/u.test(value) && /\p{Ll}{3}/u.test(value) ? false : null),
  examples: {
    match: [
      [
        'The parcel goes to Sudkova 59, 882 16 Brandýs nad Orlicí, by Friday.',
        'Sudkova 59, 882 16 Brandýs nad Orlicí',
      ],
      ['K Ryšánce 61, 286 92 Jindřichův Hradec', 'K Ryšánce 61, 286 92 Jindřichův Hradec'],
      ['Adresse: Kungsgatan 3, 111 43 Stockholm', 'Kungsgatan 3, 111 43 Stockholm'],
      ['na bulw. Zając 13a, 72-105 Pisz', 'bulw. Zając 13a, 72-105 Pisz'],
      ['wohnt Am Markt 7a, 99084 Erfurt.', 'Am Markt 7a, 99084 Erfurt'],
      ['Keizersgracht 123, 1015 CJ Amsterdam', 'Keizersgracht 123, 1015 CJ Amsterdam'],
    ],
    noMatch: [
      'in May 12, 2024 The',
      'see Chapter 4, 1998 edition',
      'version 12, 20240 downloads',
      'SELECT 12, 10000 FROM Table',
      'On June 3, 2021 Apple said',
      'Route 66, 1938 Ford',
      'BGH NJW 2006, 3129 Rn. 7',
    ],
  },
});
