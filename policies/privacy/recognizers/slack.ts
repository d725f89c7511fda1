// Slack: bot, user, workspace, refresh and app tokens, and incoming webhook paths.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'slack',
  type: 'API_KEY',
  anchors: ['xoxa', 'xoxb', 'xoxe', 'xoxo', 'xoxp', 'xoxr', 'xoxs', 'xapp-', 'hooks.slack.com'],
  patterns: [
    { regex: /(?<![A-Za-z0-9])xoxb-\d{8,14}-(?:\d{8,14}-)?[A-Za-z0-9]{18,}/g, score: 0.98 },
    { regex: /(?<![A-Za-z0-9])xoxb-\d{10,13}-\d{10,13}[A-Za-z0-9-]{0,64}(?![A-Za-z0-9-])/g, score: 0.95 },
    { regex: /(?<![A-Za-z0-9])xox[pe](?:-\d{8,14}){3}-[A-Za-z0-9]{20,}/g, score: 0.98 },
    {
      regex: /(?<![A-Za-z0-9])xox[os]-\d{1,20}-\d{1,20}-\d{1,20}-[a-fA-F0-9]{1,80}(?![A-Za-z0-9])/g,
      score: 0.98,
    },
    { regex: /(?<![A-Za-z0-9])xox[ar]-(?:\d-)?(?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{8,}/g, score: 0.9 },
    // Without a digit, the capitals of a random key tell it from a word (`xoxa-nyc`).
    {
      regex:
        /(?<![A-Za-z0-9])xox[ar]-(?=[A-Z]{0,20}[a-z]{1,20}[A-Z]{1,20}[a-z])[A-Za-z]{10,48}(?![A-Za-z0-9-])/g,
      score: 0.85,
    },
    { regex: /(?<![A-Za-z0-9])xoxe(?:.xox[bp])?-\d-[A-Za-z0-9]{100,}/gi, score: 0.98 },
    { regex: /(?<![A-Za-z0-9])xapp-\d-[A-Za-z0-9]{8,}-\d{5,}-[A-Za-z0-9]{5,}/gi, score: 0.98 },
    {
      regex: /hooks\.slack\.com\/(?<value>(?:services|workflows|triggers)\/[A-Za-z0-9+/]{40,})/g,
      score: 0.98,
    },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      ['"credential": "xoxo-327414-893677-4619-3"', 'xoxo-327414-893677-4619-3'],
      ['the key is xoxa-CEzclNOzHaJA please', 'xoxa-CEzclNOzHaJA'],
      [
        'slack: xoxb-730191371696-1413868247813-IG7Z8lIDxOmbwPAeDSsnXqKv',
        'xoxb-730191371696-1413868247813-IG7Z8lIDxOmbwPAeDSsnXqKv',
      ],
      [
        'https://hooks.slack.com/services/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',
        'services/T4QZX7LMN/B2RSTUVW9/q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6D',
      ],
    ],
    noMatch: [
      'xoxb-xxxxxxxxx-xxxxxxxxxx-xxxxxxxxxxxx',
      'xoxb-12345-abcd234',
      '"token4": "xoxp-572370529330-573807301142-572331691188-####################"',
      'https://github.com/xoxa-nyc/xoxa-nyc.github.io/blob/master/README.md',
    ],
  },
});
