// POST /v1/scan: what the privacy layer finds in texts or in a chat request, and on demand the texts with stand-ins. Calls no model,
// records nothing.
import type { Handler } from 'hono';
import { z } from 'zod';
import type { ChatRequest } from '../../contract/chat.ts';
import { topicsOf } from '../../policies/classify/topics.ts';
import { inspectRequest } from '../../policies/privacy/conversation.ts';
import { DEFAULT_HANDLING } from '../../policies/privacy/handling.ts';
import { OPERATORS, redactRequest } from '../../policies/privacy/redact.ts';
import type { GatewayEnv } from '../env.ts';
import { idHeaders } from '../middleware/request-id.ts';
import type { Gateway } from '../pipeline.ts';
import { sensitivityOfRequest } from '../sensitivity.ts';
import { readBody } from '../wire/body.ts';
import { policyHeaders } from '../wire/headers.ts';
import { parseBody, parseChatRequest } from '../wire/openai-chat.ts';

const scanBody = z.looseObject({
  text: z.union([z.string(), z.array(z.string()).min(1).max(2048)]).optional(),
  redact: z.boolean().nullish(),
  operator: z.enum(OPERATORS).nullish(),
});

/** Several texts are one conversation: a value has the same stand-in in all of them. */
const requestOf = (texts: readonly string[]): ChatRequest => ({
  model: 'scan',
  messages: texts.map((content) => ({ role: 'user', content })),
});

export const scanTexts =
  (gateway: Gateway, maxBodyBytes: number): Handler<GatewayEnv> =>
  async (context) => {
    const body = await readBody(context, maxBodyBytes);
    const { text, redact, operator, ...rest } = parseBody(scanBody, body);
    const texts = text === undefined ? null : [text].flat();
    const request =
      texts === null ? parseChatRequest(JSON.stringify({ model: 'scan', ...rest })) : requestOf(texts);
    const inspection = inspectRequest(request, gateway.privacy);
    const topics = topicsOf(request);
    const { sensitivity } = sensitivityOfRequest(
      { found: inspection.sensitivity, topics },
      { caller: context.get('caller'), headers: policyHeaders(context) },
      gateway.labels,
    );
    const { handling = DEFAULT_HANDLING } = gateway.privacy;
    const { names: _, ...patterns } = gateway.privacy;
    const redacted =
      redact || operator
        ? redactRequest(request, inspection, {
            // As for a request that leaves for Level 3, unless one is named.
            operatorOf: (type) => operator ?? handling.operators.operatorOf(type, 3),
            reach: handling.reach,
            key: handling.keyOf(context.get('caller')),
            inspectAgain: (again, { texts }) => inspectRequest(again, Object.assign({}, patterns, { texts })),
          }).request
        : null;
    const results = texts?.map((one, i) => ({
      spans: (inspection.spans.get(one) ?? []).map(({ start, end, type, score }) => ({
        start,
        end,
        label: type,
        score,
      })),
      ...(redacted && { redacted: redacted.messages[i]?.content }),
    }));
    return Response.json(
      {
        object: 'scan',
        sensitivity,
        topics,
        counts: inspection.counts,
        ...(results && { results }),
        ...(redacted && texts === null && { redacted: { ...redacted, model: rest['model'] ?? null } }),
      },
      { headers: idHeaders(context) },
    );
  };
