// `**** **** **** 1111`: the layout and the last four characters of long numbers stay. Not put back in the answer.
import { defineOperator } from '../operator.ts';

const SHOWN = 4;
/** Shorter ones would be known by four of their characters. */
const MIN_PARTLY_SHOWN = 12;
const ALPHANUMERIC = /[\p{L}\p{N}]/gu;

export function maskOf(value: string): string {
  const all = value.match(ALPHANUMERIC)?.length ?? 0;
  const digits = value.match(/\d/g)?.length ?? 0;
  const hidden = all >= MIN_PARTLY_SHOWN && digits * 2 >= all ? all - SHOWN : all;
  let seen = 0;
  return value.replace(ALPHANUMERIC, (char) => {
    seen += 1;
    return seen <= hidden ? '*' : char;
  });
}

export default defineOperator({
  name: 'mask',
  create:
    () =>
    ({ value }) => ({ text: maskOf(value), form: 'one-way' }),
});
