// Nothing of this type may go there: policies/routing/operators.ts denies the tier. Should the value get here all the same, it is
// replaced as by `redact`.
import { defineOperator } from '../operator.ts';
import { formatPlaceholder } from '../placeholders.ts';

export default defineOperator({
  name: 'block',
  create:
    () =>
    ({ type, number, variant }) => ({ text: formatPlaceholder(type, number, variant), form: 'placeholder' }),
});
