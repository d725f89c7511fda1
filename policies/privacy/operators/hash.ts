// `[EMAIL:3fa94c1d20ab]`: the same for the same value and caller, in every request, so that records can be joined by it. Not put
// back in the answer.
import { hashOf } from '../crypt.ts';
import { defineOperator } from '../operator.ts';
import { valueForms } from '../value-view.ts';

export default defineOperator({
  name: 'hash',
  needsKey: true,
  create:
    ({ key }) =>
    ({ type, value }) => {
      const { normal, compact } = valueForms(value);
      return { text: `[${type}:${hashOf(compact || normal, type, key)}]`, form: 'one-way' };
    },
});
