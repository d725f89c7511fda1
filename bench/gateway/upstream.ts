// A model server that answers at once with fixed bytes, plain or streamed in 20 chunks; the benchmark's upstream.
import { createServer } from 'node:http';

const text = 'You asked for a refund of order 4711; a colleague will write to you by Friday.';
const base = { id: 'chatcmpl-1', created: 1_795_000_000, model: 'gpt-4o-mini' };
const usage = { prompt_tokens: 240, completion_tokens: 20, total_tokens: 260 };
const completion = JSON.stringify({
  ...base,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  usage,
});
const event = (payload: object): string =>
  `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...payload })}\n\n`;
const chunks = Array.from({ length: 19 }, (_, index) =>
  event({
    choices: [{ index: 0, delta: { role: 'assistant', content: `word${index} ` }, finish_reason: null }],
  }),
);
chunks.push(event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
const ending = `${event({ choices: [], usage })}data: [DONE]\n\n`;

const server = createServer((request, response) => {
  let isStream = false;
  request.on('data', (data: Buffer) => {
    isStream ||= data.includes('"stream":true');
  });
  request.on('end', () => {
    if (!isStream) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': completion.length });
      response.end(completion);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) response.write(chunk);
    response.end(ending);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as { port: number }).port}`);
});
