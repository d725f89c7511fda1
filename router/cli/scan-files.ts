// `tiergate scan` over whole texts: what is in them by place, the texts with stand-ins, or a report.
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { GatewayError } from '../../contract/errors.ts';
import type { Finding } from '../../contract/recognizer.ts';
import {
  decrypt,
  type PrivacyOptions,
  type RedactionOptions,
  redact,
  scan,
} from '../../policies/privacy/index.ts';
import { columns } from './columns.ts';
import { hint, placeOf, type ScannedFile, scanReport } from './scan-report.ts';

export interface FileFlags {
  json?: boolean;
  redact?: boolean;
  decrypt?: boolean;
  report?: 'html';
  operator: NonNullable<RedactionOptions['operator']>;
  caller?: string;
  showValues?: boolean;
}

/** @throws {GatewayError} INVALID_REQUEST when a file cannot be read */
async function readText(file: string): Promise<string> {
  // Not as a stream's text, which loses a byte order mark.
  if (file === '-') return (await buffer(process.stdin)).toString('utf8');
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new GatewayError(
      'INVALID_REQUEST',
      `cannot read ${file} (${code}); give a text file, or - for standard input`,
      {
        cause,
      },
    );
  }
}

const secretOf = (): string | undefined => process.env['TIERGATE_PRIVACY_KEY'];

const needsSecret = (): never => {
  throw new GatewayError(
    'INVALID_REQUEST',
    'a key is needed to hash, encrypt or decrypt; set TIERGATE_PRIVACY_KEY (privacy.key of the config)',
  );
};

const spanOf = ({ start, end, type, score }: Finding) => ({ start, end, label: type, score });

function table(scanned: readonly ScannedFile[], showValues: boolean): string {
  const rows = scanned.flatMap(({ file, text, findings }) =>
    findings.map(({ start, end, type, score }) => {
      const { line, column } = placeOf(text, start);
      const value = text.slice(start, end);
      return [
        `${file}:${line}:${column}`,
        type,
        score.toFixed(2),
        JSON.stringify(showValues ? value : hint(value)),
      ];
    }),
  );
  return rows.length === 0 ? 'nothing found\n' : `${columns(rows).join('\n')}\n`;
}

/** Scans the files and says what to print. @throws {GatewayError} INVALID_REQUEST */
export async function scanFiles(
  files: readonly string[],
  flags: FileFlags,
  options: PrivacyOptions,
): Promise<{ output: string; found: number }> {
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readText(file) })));
  if (flags.decrypt === true) {
    const secret = secretOf() ?? needsSecret();
    return { output: texts.map(({ text }) => decrypt(text, secret, flags.caller)).join(''), found: 0 };
  }
  const scanned = texts.map(({ file, text }): ScannedFile => ({ file, text, findings: scan(text, options) }));
  const found = scanned.reduce((total, { findings }) => total + findings.length, 0);
  if (flags.report === 'html') return { output: scanReport(scanned, flags.showValues === true), found };

  const redacted =
    flags.redact === true ? scanned.map(({ text }) => redactedText(text, flags, options)) : null;
  if (flags.json === true) {
    const lines = scanned.map(({ file, findings }, i) =>
      JSON.stringify({ file, spans: findings.map(spanOf), ...(redacted && { redacted: redacted[i] }) }),
    );
    return { output: `${lines.join('\n')}\n`, found };
  }
  return { output: redacted?.join('') ?? table(scanned, flags.showValues === true), found };
}

function redactedText(text: string, { operator, caller }: FileFlags, options: PrivacyOptions): string {
  const secret = secretOf();
  if (secret === undefined && (operator === 'hash' || operator === 'encrypt')) needsSecret();
  return redact(text, {
    ...options,
    operator,
    ...(secret !== undefined && { key: secret }),
    ...(caller !== undefined && { caller }),
  }).output;
}
