// VAT identification numbers of the EU and Britain with their country in front; lengths of VIES, check digits where they are simple.
import { isMod11_10Valid, remainder, weightedSum } from '../checksums.ts';
import { defineId } from '../define-id.ts';

const SHAPES: Record<string, RegExp> = {
  AT: /^U\d{8}$/,
  BE: /^[01]\d{9}$/,
  BG: /^\d{9,10}$/,
  CZ: /^\d{8,10}$/,
  DE: /^[1-9]\d{8}$/,
  DK: /^\d{8}$/,
  EE: /^10\d{7}$/,
  EL: /^\d{9}$/,
  FI: /^\d{8}$/,
  FR: /^\d{11}$/,
  GB: /^\d{9}(?:\d{3})?$/,
  HR: /^\d{11}$/,
  HU: /^\d{8}$/,
  LT: /^\d{9}(?:\d{3})?$/,
  LU: /^\d{8}$/,
  LV: /^\d{11}$/,
  MT: /^\d{8}$/,
  NL: /^\d{9}B\d\d$/,
  PL: /^\d{10}$/,
  PT: /^\d{9}$/,
  SE: /^\d{10}01$/,
  SI: /^\d{8}$/,
  SK: /^\d{10}$/,
};
const CHECKS: Record<string, (digits: string) => boolean> = {
  BE: (digits) => 97 - remainder(digits.slice(0, 8), 97) === Number(digits.slice(8)),
  DE: isMod11_10Valid,
  DK: (digits) => weightedSum(digits, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  EE: (digits) => weightedSum(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
  FI: (digits) => weightedSum(digits, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 0,
  HR: isMod11_10Valid,
  HU: (digits) => weightedSum(digits, [9, 7, 3, 1]) % 10 === 0,
  LU: (digits) => Number(digits.slice(0, 6)) % 89 === Number(digits.slice(6)),
};

export default defineId({
  name: 'eu-vat',
  type: 'VAT_NUMBER',
  layouts: [
    ['aaddddddddd', 0.7],
    ['aaadddddddd', 0.7],
    ['aadddddddd', 0.7],
    ['aadddddddddd', 0.7],
    ['aaddddddddddd', 0.7],
    ['aadddddddddddd', 0.7],
    ['aadddddddddadd', 0.7],
    ['aa ddd ddd ddd', 0.7],
    ['aa dddddddd', 0.7],
    ['aa ddddddddd', 0.7],
  ],
  context: [
    'vat',
    'ust-idnr',
    'ustid',
    'ust-id',
    'umsatzsteuer',
    'tva',
    'btw',
    'iva',
    'moms',
    'vat id',
    'vat number',
    'nip',
    'dič',
    'pvn',
  ],
  isUpperCase: true,
  isValid: (id) => {
    const digits = id.slice(2);
    const shape = SHAPES[id.slice(0, 2)];
    return shape?.test(digits) === true && (CHECKS[id.slice(0, 2)]?.(digits) ?? true);
  },
  examples: {
    match: [
      ['vat DE136695976, as it stands', 'DE136695976'],
      ['vat: BE0428759497', 'BE0428759497'],
      ['ustid NL004495445B01', 'NL004495445B01'],
      ['vat: ATU13585627', 'ATU13585627'],
      ['umsatzsteuer DE 136695976', 'DE 136695976'],
    ],
    noMatch: ['vat DE136695977', 'model XY136695976', 'IN123456789'],
  },
});
