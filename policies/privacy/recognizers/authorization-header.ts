// Values of HTTP headers that authorize: Authorization (RFC 9110, 11.6.2), X-Api-Key, Token and the like.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { isMadeUp } from '../key-shape.ts';

/** Base64 of one of the names that stand for nobody. */
const isTemplate = (value: string): boolean =>
  /^[$<{[%]/.test(value) ||
  /^(?:token|key|secret|bearer|basic|null|undefined|xxx+|none|string)$/i.test(value);

export default defineRecognizer({
  name: 'authorization-header',
  type: 'API_KEY',
  anchors: ['authorization', 'token:', 'apikey:', '-key:', '"key:', "'key:"],
  lead: 40,
  tail: 4300,
  patterns: [
    {
      regex:
        /(?<![\w-])(?:Proxy-)?Authorization["']?[ \t]{0,5}[:=][ \t]{0,5}["']?(?:(?:Basic|Bearer|Token|Api-Token|ApiKey|Digest)[ \t]{1,5})?(?<value>[\w=~@.+/-]{8,4096})/gi,
      score: 0.9,
    },
    {
      regex:
        /(?:-H|--header)[= \t]{1,5}["'](?:X-)?(?:(?:(?:Api|Auth|Access|Private|Gitlab|Vault|Shopify-Access)-?)?Token|(?:(?:Api|Auth|Access|Private|Gitlab|Vault|Shopify-Access)-|Api)?Key):[ \t]{0,5}(?<value>[\w=~@.+/-]{8,4096})/gi,
      score: 0.9,
    },
  ],
  validate: (value) =>
    (/\d/.test(value) || /=$/.test(value) || /[A-Z]/.test(value.slice(1)) || value.length > 30) &&
    !isTemplate(value) &&
    !isMadeUp(value)
      ? null
      : false,
  examples: {
    match: [
      ["curl -H 'Authorization: Basic YnJvd3Nlcjo=' x", 'YnJvd3Nlcjo='],
      ['{"Authorization": "Bearer cfcabd11c7ed9a41b1a3e063c32d5114"}', 'cfcabd11c7ed9a41b1a3e063c32d5114'],
      ['curl -X POST --header "Api-Token: Sk94HG7f6KB"', 'Sk94HG7f6KB'],
    ],
    noMatch: [
      'Authorization: Bearer XXXXXXXXXXXX',
      'Authorization: Bearer $TOKEN',
      'the authorization of the committee',
      '--header "Authorization: Basic ..."',
      'headers: { authorization: settings }',
    ],
  },
});
