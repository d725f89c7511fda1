// Hong Kong identity cards: one or two letters, six digits, a check character in brackets, mod 11.
import { defineId } from '../define-id.ts';

/** A missing first letter counts as a space, 36. */
function isHkidValid(id: string): boolean {
  let sum = id.length === 8 ? 36 * 9 : 0;
  const body = id.slice(0, -1);
  [...body].forEach((char, at) => {
    const code = char.charCodeAt(0);
    sum += (code < 58 ? code - 48 : code - 55) * (body.length + 1 - at);
  });
  const last = id.at(-1) === 'A' ? 10 : Number(id.at(-1));
  return (sum + last) % 11 === 0;
}

export default defineId({
  name: 'hk-hkid',
  type: 'HK_HKID',
  layouts: [
    ['addddddx', 0.35],
    ['aaddddddx', 0.3],
  ],
  context: ['hkid', '身份證', '身份证', 'identity card', 'hong kong id'],
  isUpperCase: true,
  isValid: (id) => isHkidValid(id),
  examples: {
    match: [['hkid G123456A, as it stands', 'G123456A']],
    noMatch: ['hkid G123456B', 'order G123456A is ready'],
  },
});
