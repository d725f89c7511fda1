// GET /v1/models: every target, and the virtual models `auto` and `tier:N`.
import type { Handler } from 'hono';
import { GatewayError } from '../../contract/errors.ts';
import type { GatewayEnv } from '../env.ts';
import type { Gateway } from '../pipeline.ts';

interface ModelCard {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
  [key: string]: unknown;
}

function modelCards(gateway: Gateway): ModelCard[] {
  const card = (id: string, ownedBy: string, extra: object = {}): ModelCard => ({
    id,
    object: 'model',
    created: gateway.startedAtS,
    owned_by: ownedBy,
    ...extra,
  });
  const targets = [...gateway.runners.values()].map(({ runner }) => runner.target);
  const tiers = [...new Set(targets.map((target) => target.tier))].sort();
  return [
    card('auto', 'tiergate'),
    ...tiers.map((tier) => card(`tier:${tier}`, 'tiergate')),
    ...targets.map((target) =>
      card(target.id, target.provider, {
        tier: target.tier,
        zone: target.zone,
        context_window: target.contextWindow,
      }),
    ),
  ];
}

export const listModels =
  (gateway: Gateway): Handler<GatewayEnv> =>
  (context) =>
    context.json({ object: 'list', data: modelCards(gateway) });

export const oneModel =
  (gateway: Gateway): Handler<GatewayEnv> =>
  (context) => {
    const id = context.req.param('id');
    const cards = modelCards(gateway);
    const found = cards.find((card) => card.id === id);
    if (found === undefined) {
      throw new GatewayError(
        'MODEL_NOT_FOUND',
        `no model '${id}'; known: ${cards.map((card) => card.id).join(', ')}`,
        { param: 'model' },
      );
    }
    return context.json(found);
  };
