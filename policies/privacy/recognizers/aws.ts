// AWS: access key ids (AKIA…, ASIA…) by their prefix; secret keys and session tokens by the name they are assigned to.
// Prefixes: IAM User Guide, "Understanding unique ID prefixes".
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'aws',
  type: 'API_KEY',
  anchors: [
    'A3T',
    'AKIA',
    'ASIA',
    'ABIA',
    'ACCA',
    'secret',
    'session_token',
    'session token',
    'session-token',
    'sessiontoken',
    'ABSK',
  ],
  lead: 0,
  patterns: [
    { regex: /(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, score: 0.95 },
    {
      regex:
        /secret(?:[_ -]?access)?[_ -]?key["']?\s{0,3}(?:[:=]>?|is)\s{0,3}["']?(?<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
      score: 0.9,
    },
    {
      regex: /session[_ -]?token["']?\s{0,3}(?:[:=]>?|is)\s{0,3}["']?(?<value>[A-Za-z0-9/+]{100,}={0,2})/gi,
      score: 0.9,
    },
    { regex: /(?<![A-Za-z0-9])ABSK[A-Za-z0-9+/]{100,}={0,2}/g, score: 0.95 },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      ['aws_access_key_id = AKIA4QZX7LMNP2RSTUVW', 'AKIA4QZX7LMNP2RSTUVW'],
      [
        'aws_secret_access_key = "q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1Aa/Po0Iu+Yt8Re"',
        'q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1Aa/Po0Iu+Yt8Re',
      ],
    ],
    noMatch: [
      'aws_access_key: AKIAIOSFODNN7EXAMPLE',
      'key = AKIAXXXXXXXXXXXXXXXX',
      'TODAYINASIAASACKOFRICEFELLOVER',
      'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
    ],
  },
});
