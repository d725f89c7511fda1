// Keeps the format where one matters: `mail1@masked.example`, `+1-202-555-0100`, `192.0.2.1`, `https://masked-1.example/`. Other
// types get a placeholder: never a number with a valid checksum, which a tool might act on. Put back in the answer.
import { defineOperator } from '../operator.ts';
import { formatPlaceholder } from '../placeholders.ts';
import { reservedValues } from '../reserved.ts';

export default defineOperator({
  name: 'format',
  create({ isTaken }) {
    const reserved = reservedValues(isTaken);
    return ({ type, value, number, variant }) => {
      const text = reserved(type, value);
      return text === null
        ? { text: formatPlaceholder(type, number, variant), form: 'placeholder' }
        : { text, form: 'literal' };
    };
  },
});
