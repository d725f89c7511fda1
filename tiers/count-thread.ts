// Thread entry: answers counting jobs with tiktoken, so that neither loading an encoding nor a long text holds up
// the gateway's event loop. Started by tiers/count-tokens.ts.
import { parentPort } from 'node:worker_threads';
import type { CountAnswer, CountJob } from './count-tokens.ts';
import { countPrompt, countText } from './tiktoken-count.ts';

parentPort?.on('message', ({ id, model, prompt, text }: CountJob) => {
  const count = prompt === undefined ? countText(text ?? '', model) : countPrompt(prompt, model);
  parentPort?.postMessage({ id, count } satisfies CountAnswer);
});
