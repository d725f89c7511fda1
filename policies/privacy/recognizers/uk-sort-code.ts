// British sort codes: three pairs of digits, beside a word only.
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'uk-sort-code',
  type: 'UK_SORT_CODE',
  layouts: [
    ['dd-dd-dd', 0.16],
    ['dddddd', 0.16],
  ],
  context: ['sort code', 'sortcode', 'sort-code'],
  examples: {
    match: [['sort code 20-00-00, as it stands', '20-00-00']],
    noMatch: ['on 20-01-12', 'order 200000', 'order 200000 is ready'],
  },
});
