// Facebook app access tokens: the app's id, `|` and its secret (Meta for Developers, "Access tokens").
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { digitRuns } from '../digit-places.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'facebook-app',
  type: 'API_KEY',
  minDigits: 15,
  places: digitRuns([15, 16]),
  patterns: [{ regex: /(?<![\w|])\d{15,16}[|%][A-Za-z0-9_-]{27,40}(?![\w-])/g, score: 0.9 }],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        'facebook 1308742762612587|rhoK1cbv0DOU_RTX_87O4MkX7AI',
        '1308742762612587|rhoK1cbv0DOU_RTX_87O4MkX7AI',
      ],
    ],
    noMatch: ['130874276261258 | a column', '1308742762612587|xxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
  },
});
