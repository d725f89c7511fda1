import { GatewayError } from '../../contract/errors.ts';

/** An option's number within its range. @throws {GatewayError} INVALID_REQUEST */
export function numberOption(name: string, text: string, low: number, high: number, isWhole = false): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= low && value <= high && (!isWhole || Number.isInteger(value)))
    return value;
  throw new GatewayError(
    'INVALID_REQUEST',
    `--${name} ${text}: give a ${isWhole ? 'whole ' : ''}number from ${low} to ${high}`,
  );
}
