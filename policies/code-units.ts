// A text as an array of UTF-16 code units, in memory that is used again: the runtime reads it twice as fast as it reads the text, and
// copying costs next to nothing.

/** Longer texts give their memory back. */
const KEPT_LENGTH = 1 << 16;
/** A reader may look so far beyond the end; it sees NULs. */
const BEYOND = 2;

let units = new Uint16Array(4096);
let bytes = Buffer.from(units.buffer);

/** The code units of a text, with NULs behind them. The next call overwrites them. */
export function codeUnits(text: string): Uint16Array {
  const wanted = text.length + BEYOND;
  if (wanted > units.length || (units.length > KEPT_LENGTH && wanted < KEPT_LENGTH)) {
    units = new Uint16Array(Math.max(4096, 2 * wanted));
    bytes = Buffer.from(units.buffer);
  }
  bytes.write(text, 0, 'utf16le');
  units.fill(0, text.length, wanted);
  return units;
}
