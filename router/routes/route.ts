// POST /v1/route: the decision for a chat request with every reason; calls no model, records nothing.
import type { Handler } from 'hono';
import type { GatewayEnv } from '../env.ts';
import { idHeaders } from '../middleware/request-id.ts';
import { type Gateway, plan } from '../pipeline.ts';
import { readBody } from '../wire/body.ts';
import { policyHeaders } from '../wire/headers.ts';
import { parseChatRequest } from '../wire/openai-chat.ts';

export const route =
  (gateway: Gateway, maxBodyBytes: number): Handler<GatewayEnv> =>
  async (context) => {
    const { facts, decision } = plan(gateway, {
      request: parseChatRequest(await readBody(context, maxBodyBytes)),
      requestId: context.get('requestId'),
      surface: 'chat.completions',
      caller: context.get('caller'),
      headers: policyHeaders(context),
    });
    // Headers are the caller's own and are left out: the answer may be pasted into a ticket.
    const { headers: _, ...shown } = facts;
    return Response.json({ decision, facts: shown }, { headers: idHeaders(context) });
  };
