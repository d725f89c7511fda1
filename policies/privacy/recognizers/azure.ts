// Azure: storage account keys, SAS signatures, Entra client secrets (…nQ~…) and, by the name they are assigned to,
// the 32 hex digit or 84 character keys of Azure OpenAI and Cognitive Services.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'azure',
  type: 'API_KEY',
  anchors: [
    'AccountKey',
    'sig=',
    'SharedAccessKey',
    '0Q~',
    'api-key',
    'api_key',
    'apikey',
    'api key',
    'tion-key',
    'tion_key',
    'tion key',
    'tionkey',
  ],
  lead: 24,
  tail: 160,
  patterns: [
    { regex: /(?:AccountKey|SharedAccessKey)=(?<value>[A-Za-z0-9+/]{42,88}={1,2})/gi, score: 0.98 },
    { regex: /[?&]sig=(?<value>[A-Za-z0-9%+/_-]{40,100}(?:={0,2}))/gi, score: 0.9 },
    { regex: /(?<![\w~.])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])/g, score: 0.95 },
    {
      regex:
        /(?:api[-_ ]?key|subscription[-_ ]?key)["']?\s{0,3}(?:[:=]>?|is)\s{0,3}["']?(?<value>[0-9a-f]{32}|[A-Za-z0-9]{84})(?![A-Za-z0-9])/gi,
      score: 0.9,
    },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        'AccountName=a;AccountKey=q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn6Mk9Lj3Hg0Fd5Sq8Wz4Xc7Vb2Nm5Lk9Jh3Gf==;',
        'q8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn6Mk9Lj3Hg0Fd5Sq8Wz4Xc7Vb2Nm5Lk9Jh3Gf==',
      ],
      ['api-key: 8f3a1c9be27d4605a1f2c3d4e5b69788', '8f3a1c9be27d4605a1f2c3d4e5b69788'],
    ],
    noMatch: ['md5: 8f3a1c9be27d4605a1f2c3d4e5b69788', 'api-key: YOUR_API_KEY'],
  },
});
