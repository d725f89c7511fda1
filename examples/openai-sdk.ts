// The official client against a running gateway: npx tsx examples/openai-sdk.ts
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: 'http://127.0.0.1:7411/v1', apiKey: 'none' });
const { data: stream, response } = await client.chat.completions
  .create({ model: 'auto', stream: true, messages: [{ role: 'user', content: 'Once upon a time' }] })
  .withResponse();
console.log(`tier ${response.headers.get('x-tiergate-tier')}: ${response.headers.get('x-tiergate-reason')}`);
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
process.stdout.write('\n');
