// `tiergate verify`: are the model files what they should be?
import { Command } from 'commander';
import { displayPath } from '../../contract/built-file.ts';
import { GatewayError } from '../../contract/errors.ts';
import { allModels, findStoredModel } from '../../engine/store/find.ts';
import { lockPath, readLock } from '../../engine/store/lock-file.ts';
import { type FileVerdict, verifyLocked, verifyStored } from '../../engine/store/verify.ts';

interface VerifyOptions {
  quick?: boolean;
  json?: boolean;
}

function printed({ model, file, state, wanted, found }: FileVerdict): string {
  const where = `${model}  ${displayPath(file)}`;
  switch (state) {
    case 'good':
      return `good     ${where}`;
    case 'missing':
      return `MISSING  ${where}\n         wanted SHA-256 ${wanted}; get it with tiergate pull`;
    case 'changed':
      return `CHANGED  ${where}\n         wanted SHA-256 ${wanted}\n         found          ${found}`;
    case 'unknown':
      return `unknown  ${where}\n         SHA-256 ${found}; nothing to compare it with, pin it with tiergate lock`;
  }
}

function verdicts(names: string[], { quick }: VerifyOptions): AsyncGenerator<FileVerdict> {
  const cwd = process.cwd();
  const options = { env: process.env, fresh: quick !== true };
  if (names.length > 0)
    return verifyStored(
      names.map((name) => findStoredModel(name, process.env, cwd)),
      options,
    );
  const path = lockPath(process.env, [cwd]);
  const lock = readLock(path);
  console.error(
    lock === null
      ? `no ${displayPath(path)}: every stored model is compared with what its store says`
      : `comparing with ${displayPath(path)}`,
  );
  return lock === null
    ? verifyStored(allModels(process.env, cwd), options)
    : verifyLocked(lock, process.env, cwd, options);
}

async function runVerify(names: string[], options: VerifyOptions): Promise<void> {
  const all: FileVerdict[] = [];
  for await (const verdict of verdicts(names, options)) {
    all.push(verdict);
    if (options.json !== true) console.log(printed(verdict));
  }
  const count = (state: FileVerdict['state']): number =>
    all.filter((verdict) => verdict.state === state).length;
  const bad = count('changed') + count('missing');
  if (options.json === true) console.log(JSON.stringify({ ok: bad === 0, files: all }, null, 2));
  else console.log(`${count('good')} of ${all.length} files are good`);
  if (bad > 0)
    throw new GatewayError(
      'MODEL_FILE_INVALID',
      `${count('changed')} files changed, ${count('missing')} missing`,
    );
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Read model files and compare their SHA-256: all of tiergate.lock; without one, or by name, with what the stores say.',
    )
    .argument('[models...]', 'names as tiergate list shows them')
    .option('--quick', 'do not read files again that have not changed since they were last read')
    .option('--json', 'print {"ok", "files"}')
    .addHelpText(
      'after',
      `
Exit code 2 when a file changed or is missing.

Examples:
  $ tiergate verify
  $ tiergate verify hf:Qwen/Qwen3-0.6B-GGUF:Q8_0
  $ tiergate verify --quick --json`,
    )
    .action(runVerify);
}
