// `[EMAIL_1]`: what the value is and which one, and nothing of it. Put back in the answer.
import { defineOperator } from '../operator.ts';
import { formatPlaceholder } from '../placeholders.ts';

export default defineOperator({
  name: 'redact',
  create:
    () =>
    ({ type, number, variant }) => ({ text: formatPlaceholder(type, number, variant), form: 'placeholder' }),
});
