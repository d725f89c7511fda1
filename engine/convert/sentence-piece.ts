// Reads SentencePiece's tokenizer.model (google/sentencepiece, src/sentencepiece_model.proto): the fields that are needed.
import { readFile } from 'node:fs/promises';
import { unreadable } from './source.ts';
import { TokenType, type Vocabulary } from './vocabulary.ts';

/** A field of a protobuf message: a number, four bytes, or bytes. */
type Field = { id: number; value: number } | { id: number; bytes: Buffer };

function* fields(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      // Negative numbers take all ten bytes.
      if (byte < 128) return Number(BigInt.asIntN(64, value));
      if (shift > 63n) throw new RangeError('a number of more than 64 bits');
    }
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > message.length) throw new RangeError('a field past the end');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const [id, kind] = [key >> 3, key & 7];
    if (kind === 0) yield { id, value: varint() };
    else if (kind === 1) yield { id, bytes: take(8) };
    else if (kind === 2) yield { id, bytes: take(varint()) };
    else if (kind === 5) yield { id, bytes: take(4) };
    else throw new RangeError(`a field of kind ${kind}`);
  }
}

interface Piece {
  text: string;
  score: number;
  type: number;
}

function piece(message: Buffer): Piece {
  const found: Piece = { text: '', score: 0, type: TokenType.normal };
  for (const field of fields(message)) {
    if (field.id === 1 && 'bytes' in field) found.text = field.bytes.toString('utf8');
    else if (field.id === 2 && 'bytes' in field) found.score = field.bytes.readFloatLE(0);
    else if (field.id === 3 && 'value' in field) found.type = field.value;
  }
  return found;
}

const numbersOf = (message: Buffer): Map<number, number> =>
  new Map([...fields(message)].flatMap((field) => ('value' in field ? [[field.id, field.value]] : [])));

/** A number that is an id; -1 means that there is none. */
const idOrNone = (value: number): number | undefined => (value >= 0 ? value : undefined);

/** @throws {GatewayError} MODEL_FILE_INVALID */
export async function readSentencePiece(path: string): Promise<Vocabulary> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, `cannot be opened (${error.code ?? error.message})`);
  });
  try {
    const pieces: Piece[] = [];
    let trainer = new Map<number, number>();
    let normalizer = new Map<number, number>();
    for (const field of fields(bytes)) {
      if (!('bytes' in field)) continue;
      if (field.id === 1) pieces.push(piece(field.bytes));
      else if (field.id === 2) trainer = numbersOf(field.bytes);
      else if (field.id === 3) normalizer = numbersOf(field.bytes);
    }
    if (pieces.length === 0) throw new RangeError('no pieces in it');
    return {
      model: 'llama',
      pre: 'default',
      tokens: pieces.map(({ text }) => text),
      types: pieces.map(({ type }) => type),
      scores: pieces.map(({ score }) => score),
      special: {
        unknown: idOrNone(trainer.get(40) ?? 0),
        bos: idOrNone(trainer.get(41) ?? 1),
        eos: idOrNone(trainer.get(42) ?? 2),
        padding: idOrNone(trainer.get(43) ?? -1),
        addSpacePrefix: (normalizer.get(3) ?? 1) !== 0,
      },
    };
  } catch (error) {
    throw unreadable(path, `is no SentencePiece model (${(error as Error).message})`);
  }
}
