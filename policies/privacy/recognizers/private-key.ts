// PEM private keys (RFC 7468, RFC 4880 armour), whole or cut off, with real or escaped line ends.
import { defineRecognizer } from '../../../contract/recognizer.ts';

export default defineRecognizer({
  name: 'private-key',
  type: 'PRIVATE_KEY',
  anchors: ['-----BEGIN'],
  lead: 0,
  patterns: [
    // Damaged on its way: without spaces, or with an end that says KEY only.
    {
      regex:
        /-----BEGIN[A-Z0-9 _-]{0,100}?PRIVATE KEY(?: BLOCK)?-----[^-]{40,}(?:-{1,4}[^-]{1,200}){0,4}?KEY(?: BLOCK)?-----/g,
      score: 0.95,
    },
    {
      regex:
        /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){40,}-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g,
      score: 1,
    },
    {
      regex:
        /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\r|\\n){0,8}[A-Za-z0-9+/=]{40,}(?:(?:\s|\\r|\\n){1,8}[A-Za-z0-9+/=]{24,})*/g,
      score: 0.95,
    },
  ],
  examples: {
    match: [
      [
        'key:\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIQ8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn\n-----END EC PRIVATE KEY-----\nend',
        '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIQ8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn\n-----END EC PRIVATE KEY-----',
      ],
      [
        'cut off: -----BEGIN PRIVATE KEY-----\\nMHcCAQEEIQ8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn ...',
        '-----BEGIN PRIVATE KEY-----\\nMHcCAQEEIQ8Wz4Xc7Vb2Nm5Lk9Jh3Gf6Ds1AaPo0Iu8Yt5Re2Wq7Zx4Cv1Bn',
      ],
    ],
    noMatch: [
      '-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----',
      '-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq8Wz4Xc7Vb2Nm5Lk9Jh3\n-----END CERTIFICATE-----',
    ],
  },
});
