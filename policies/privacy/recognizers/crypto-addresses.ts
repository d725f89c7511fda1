// Addresses of Ethereum (40 hex digits), Tron, Monero, Litecoin, Ripple and, beside a word, Solana.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { groupsOfLength } from '../digit-places.ts';

export default defineRecognizer({
  name: 'crypto-addresses',
  type: 'CRYPTO',
  minDigits: 1,
  places: groupsOfLength(26, 95),
  patterns: [
    { regex: /(?<![A-Za-z0-9])0x[0-9a-fA-F]{40}(?![A-Za-z0-9])/g, score: 0.8 },
    { regex: /(?<![A-Za-z0-9])T[1-9A-HJ-NP-Za-km-z]{33}(?![A-Za-z0-9])/g, score: 0.4 },
    { regex: /(?<![A-Za-z0-9])[48][1-9A-HJ-NP-Za-km-z]{94}(?![A-Za-z0-9])/g, score: 0.8 },
    { regex: /(?<![A-Za-z0-9])ltc1[a-z0-9]{38,58}(?![A-Za-z0-9])/g, score: 0.85 },
    { regex: /(?<![A-Za-z0-9])r[1-9A-HJ-NP-Za-km-z]{25,34}(?![A-Za-z0-9])/g, score: 0.2 },
    { regex: /(?<![A-Za-z0-9])[1-9A-HJ-NP-Za-km-z]{43,44}(?![A-Za-z0-9])/g, score: 0.16 },
  ],
  context: [
    'wallet',
    'crypto',
    'tron',
    'trx',
    'usdt',
    'solana',
    'sol',
    'xrp',
    'ripple',
    'monero',
    'xmr',
    'eth',
    'ethereum',
    'litecoin',
    'address',
  ],
  validate: (value) =>
    /\d/.test(value) && /[a-z]/i.test(value.slice(2)) && new Set(value).size > 10 ? null : false,
  examples: {
    match: [
      // EIP-55's own example.
      ['pay 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed now', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
      ['TRX wallet TJRabPrwbZy45sbavfcjinPJC18kjpRTv8', 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8'],
    ],
    noMatch: ['0x0000000000000000000000000000000000000000', 'sha1 5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  },
});
