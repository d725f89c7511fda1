// The value goes out as it is.
import { defineOperator } from '../operator.ts';

export default defineOperator({ name: 'keep', create: () => () => null });
