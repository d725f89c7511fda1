// Liveness and readiness. Neither calls a model.
import type { Handler } from 'hono';
import type { GatewayEnv } from '../env.ts';
import type { Gateway } from '../pipeline.ts';

export const livez: Handler = (context) => context.json({ status: 'ok' });

/** 200 when the ledger can be written and at least one target can be called; else 503. Both with every part's state. */
export const readyz =
  (gateway: Gateway): Handler<GatewayEnv> =>
  (context) => {
    const ledgerProblem = gateway.ledger.problem();
    const targets = [...gateway.runners.values()].map((guarded) => {
      const { available, reason } = guarded.state();
      const { id, tier } = guarded.runner.target;
      return { id, tier, available, ...(reason === undefined ? {} : { reason }) };
    });
    const ready = ledgerProblem === null && targets.some((target) => target.available);
    const ledger = ledgerProblem === null ? { available: true } : { available: false, reason: ledgerProblem };
    return context.json({ status: ready ? 'ready' : 'not ready', ledger, targets }, ready ? 200 : 503);
  };
