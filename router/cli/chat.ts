// A terminal chat with a running gateway, streaming, through the official client.
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import OpenAI from 'openai';

interface ChatOptions {
  url: string;
  key: string;
  model: string;
  system?: string;
  json?: boolean;
}

type Message = { role: 'system' | 'user' | 'assistant'; content: string };

/** Streams one answer to standard output; returns it. */
async function ask(
  client: OpenAI,
  options: ChatOptions,
  messages: Message[],
  signal: AbortSignal,
): Promise<string> {
  const { data: stream, response } = await client.chat.completions
    .create({ model: options.model, messages, stream: true }, { signal })
    .withResponse();
  let text = '';
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta.content ?? '';
    text += delta;
    if (options.json !== true) process.stdout.write(delta);
  }
  const target = response.headers.get('x-tiergate-target');
  const tier = Number(response.headers.get('x-tiergate-tier'));
  const reason = response.headers.get('x-tiergate-reason');
  if (options.json === true) console.log(JSON.stringify({ text, target, tier, reason }));
  else process.stdout.write(`\n\x1b[2m[tier ${tier}, ${target}: ${reason}]\x1b[0m\n`);
  return text;
}

async function conversation(client: OpenAI, options: ChatOptions, messages: Message[]): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let aborter: AbortController | undefined;
  // Ctrl-C stops the answer that is being written; at the prompt it ends the chat.
  terminal.on('SIGINT', () => (aborter === undefined ? terminal.close() : aborter.abort()));
  console.log(`Chat with ${options.url} (model ${options.model}). Empty line or Ctrl-D ends it.`);
  try {
    for (;;) {
      const line = await terminal.question('> ');
      if (line.trim() === '') return;
      messages.push({ role: 'user', content: line });
      aborter = new AbortController();
      try {
        messages.push({ role: 'assistant', content: await ask(client, options, messages, aborter.signal) });
      } catch (error) {
        messages.pop();
        console.error(aborter.signal.aborted ? '\n(stopped)' : `\n${(error as Error).message}`);
      }
      aborter = undefined;
    }
  } catch (error) {
    // Ctrl-D and Ctrl-C close the terminal while a question is open.
    if (
      (error as NodeJS.ErrnoException).code !== 'ABORT_ERR' &&
      (error as NodeJS.ErrnoException).code !== 'ERR_USE_AFTER_CLOSE'
    )
      throw error;
  } finally {
    terminal.close();
  }
}

export function chatCommand(): Command {
  return new Command('chat')
    .description('chat with a running gateway in the terminal')
    .argument('[prompt]', 'one question; without it a conversation starts')
    .option(
      '--url <url>',
      'base URL of the gateway',
      process.env['TIERGATE_URL'] ?? 'http://127.0.0.1:7411/v1',
    )
    .option(
      '--key <key>',
      'API key, where the gateway asks for one',
      process.env['TIERGATE_API_KEY'] ?? 'none',
    )
    .option('-m, --model <model>', 'auto, tier:N or a target id', 'auto')
    .option('-s, --system <text>', 'system prompt')
    .option('--json', 'print the answer as one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tiergate chat\n  $ tiergate chat "Translate to French: good morning" --model tier:2\n  $ tiergate chat "Hello" --json',
    )
    .action(async (prompt: string | undefined, options: ChatOptions) => {
      const client = new OpenAI({ baseURL: options.url, apiKey: options.key, maxRetries: 0 });
      const messages: Message[] =
        options.system === undefined ? [] : [{ role: 'system', content: options.system }];
      if (prompt === undefined) return conversation(client, options, messages);
      try {
        await ask(
          client,
          options,
          [...messages, { role: 'user', content: prompt }],
          new AbortController().signal,
        );
      } catch (error) {
        const hint =
          error instanceof OpenAI.APIConnectionError
            ? `no gateway answers at ${options.url}; start one with \`tiergate serve\``
            : (error as Error).message;
        console.error(`tiergate: ${hint}`);
        process.exitCode = 1;
      }
    });
}
