// `tiergate tokenize`: a text as a model sees it.
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { GatewayError } from '../../contract/errors.ts';
import { chosenModel, HOW_TO_GIVE_A_MODEL } from '../../engine/catalog.ts';
import { Model } from '../../engine/model.ts';

interface TokenizeOptions {
  model?: string;
  special?: boolean;
  parseSpecial?: boolean;
  json?: boolean;
}

async function runTokenize(argument: string | undefined, options: TokenizeOptions): Promise<void> {
  const file = chosenModel(options.model, process.env, process.cwd());
  if (file === null)
    throw new GatewayError('INVALID_REQUEST', `no model file: ${HOW_TO_GIVE_A_MODEL}, or use --model`);
  const model = await Model.open(file);
  try {
    const text = argument ?? (await readAll(process.stdin));
    const tokens = model.tokenize(text, {
      special: options.special === true,
      parseSpecial: options.parseSpecial === true,
    });
    const ids = [...tokens];
    const pieces = ids.map((token) => model.tokenText(token));
    if (options.json) console.log(JSON.stringify({ count: ids.length, ids, pieces }));
    else {
      ids.forEach((id, index) => {
        console.log(`${String(id).padStart(8)}  ${JSON.stringify(pieces[index])}`);
      });
      console.log(`${ids.length} tokens`);
    }
  } finally {
    model.close();
  }
}

export function tokenizeCommand(): Command {
  return new Command('tokenize')
    .description('Show the tokens of a text; from standard input when none is given.')
    .argument('[text]', 'the text')
    .option(
      '-m, --model <file>',
      'GGUF file or stored model (tiergate list); default: TIERGATE_MODEL, else the largest in models/',
    )
    .option('--special', 'add the begin-of-text token as the model asks')
    .option('--parse-special', 'read <|im_end|> and the like as control tokens')
    .option('--json', 'print {"count", "ids", "pieces"}')
    .addHelpText(
      'after',
      `
Examples:
  $ tiergate tokenize -m models/qwen3-0.6b.gguf "Hello world"
  $ cat prompt.txt | tiergate tokenize -m models/qwen3-0.6b.gguf --json`,
    )
    .action(runTokenize);
}
