// Bitcoin addresses: Base58Check (double SHA-256) and Bech32/Bech32m (BIP 173, BIP 350).
import { createHash } from 'node:crypto';
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { groupsOfLength } from '../digit-places.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

function isBase58Checked(address: string): boolean {
  let number = 0n;
  for (const char of address) number = number * 58n + BigInt(BASE58.indexOf(char));
  const bytes = Buffer.from(number.toString(16).padStart(50, '0'), 'hex');
  return (
    bytes.length === 25 &&
    sha256(sha256(bytes.subarray(0, 21)))
      .subarray(0, 4)
      .equals(bytes.subarray(21))
  );
}

function isBech32Checked(address: string): boolean {
  let check = 1;
  const add = (value: number): void => {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    GENERATORS.forEach((generator, i) => {
      if ((top >>> i) & 1) check ^= generator;
    });
  };
  for (const value of [3, 3, 0, 2, 3]) add(value); // the human-readable part, bc
  for (const char of address.slice(3)) add(BECH32.indexOf(char));
  return check === 1 || check === 0x2bc830a3;
}

export default defineRecognizer({
  name: 'bitcoin',
  type: 'CRYPTO',
  minDigits: 1,
  places: groupsOfLength(14, 74),
  patterns: [
    { regex: /(?<![A-Za-z0-9])[13][1-9A-HJ-NP-Za-km-z]{25,34}(?![A-Za-z0-9])/g, score: 0.5 },
    {
      regex:
        /(?<![A-Za-z0-9])(?:bc1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{11,71}|BC1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{11,71})(?![A-Za-z0-9])/g,
      score: 0.5,
    },
  ],
  validate: (value) => (/^bc1/i.test(value) ? isBech32Checked(value.toLowerCase()) : isBase58Checked(value)),
  examples: {
    // The first block's address, and those of BIP 173 and BIP 350.
    match: [
      ['send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa please', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
      ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
      [
        'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
        'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
      ],
    ],
    noMatch: ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5'],
  },
});
