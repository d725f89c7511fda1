// `[EMAIL:enc:...]`: who has the key can decrypt it (`tiergate scan --decrypt`, `decrypt` of the library), whatever was stored in
// between. Not put back in the answer: models do not repeat such a text faithfully.
import { encryptValue } from '../crypt.ts';
import { defineOperator } from '../operator.ts';

export default defineOperator({
  name: 'encrypt',
  needsKey: true,
  create:
    ({ key }) =>
    ({ type, value }) => ({ text: encryptValue(value, type, key), form: 'one-way' }),
});
