// Web addresses. Off by default in the gateway: a model cannot follow what it cannot see.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { isLetterUnit } from '../digit-places.ts';

const COLON = ':'.charCodeAt(0);

export default defineRecognizer({
  name: 'url',
  type: 'URL',
  anchors: ['://', 'www.'],
  places: ({ units }, hits) =>
    hits.map((at) => {
      let start = at;
      while (start > 0 && at - start < 5 && isLetterUnit(units[start - 1] as number)) start -= 1;
      return units[at] === COLON ? start : at;
    }),
  patterns: [
    { regex: /(?<![\w.])(?:https?|ftp):\/\/[^\s<>"'`{}|\\^[\]]{1,2000}(?<![.,;:!?)])/gi, score: 0.6 },
    {
      regex:
        /(?<![\w.@/])www\.[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?:\/[^\s<>"'`{}|\\^[\]]{0,2000})?(?<![.,;:!?)])/gi,
      score: 0.6,
    },
  ],
  examples: {
    match: [
      ['see https://example.org/a?b=1.', 'https://example.org/a?b=1'],
      ['(www.example.com)', 'www.example.com'],
    ],
    noMatch: ['http://', 'www.', 'a//b'],
  },
});
