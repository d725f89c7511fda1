// Puts a gateway together from its config: runners with their guards, the egress door, the ledger.
import type { Logger } from 'pino';
import type { Ledger } from '../contract/ledger.ts';
import type { Price, Target } from '../contract/tier.ts';
import { createEgress, type Egress } from '../tiers/egress.ts';
import { type GuardedRunner, guardRunner } from '../tiers/guard.ts';
import { createLocalRunner } from '../tiers/local.ts';
import { registry as providers } from '../tiers/providers/_registry.gen.ts';
import { createRemoteRunner } from '../tiers/remote.ts';
import { DEFAULT_RETRY } from '../tiers/retry.ts';
import type { LoadedConfig } from './config/config.ts';
import { privacyOptions } from './config/privacy.ts';
import type { TargetConfig } from './config/schema.ts';
import type { ConfiguredTarget } from './config/targets.ts';
import type { Gateway } from './pipeline.ts';
import { referencePrice } from './record.ts';

export interface RunningGateway extends Gateway {
  /** Ends the engine hosts, the connections and the ledger, in this order. */
  close(): Promise<void>;
}

/** The user's own hardware has no bill; a price in the config says otherwise. */
const LOCAL_PRICE: Price = {
  inputUsdPerMtok: 0,
  outputUsdPerMtok: 0,
  cachedInputUsdPerMtok: 0,
  source: 'local',
};

function providerOf(target: Target): (typeof providers)[keyof typeof providers] {
  return providers[target.provider as keyof typeof providers];
}

function baseUrlOf({ target, settings }: ConfiguredTarget): string | undefined {
  return settings?.base_url ?? providerOf(target)?.defaultBaseUrl;
}

function remoteRunner(configured: ConfiguredTarget, settings: TargetConfig, egress: Egress): GuardedRunner {
  const { connect, first_byte, idle, total } = settings.timeout_ms;
  const runner = createRemoteRunner({
    target: configured.target,
    provider: providerOf(configured.target),
    baseUrl: settings.base_url,
    apiKey: settings.api_key,
    headers: settings.headers,
    timeouts: { connectMs: connect, firstByteMs: first_byte, idleMs: idle, totalMs: total },
    egress,
  });
  return guardRunner(runner, {
    slots: { maxConcurrent: settings.max_concurrency, maxQueued: 16 * settings.max_concurrency },
    retry: { ...DEFAULT_RETRY, retries: settings.retries },
  });
}

function localRunner(
  { target, settings }: ConfiguredTarget,
  modelFile: string | null,
  log: Logger,
): GuardedRunner {
  const runner = createLocalRunner({
    target: { ...target, price: target.price ?? LOCAL_PRICE },
    modelFile: settings?.model_file ?? modelFile,
    ...(settings?.context !== undefined && { context: settings.context }),
    ...(settings?.threads !== undefined && { threads: settings.threads }),
    ...(settings?.draft_model !== undefined && { draftModel: settings.draft_model }),
    ...(settings?.kv_save !== undefined && { kvSave: settings.kv_save }),
    ...(settings?.kv_type !== undefined && { kvType: settings.kv_type }),
    log: (line) => log.info({ target: target.id }, line),
  });
  // The host has its own queue; a request that it refuses moves on at once.
  return guardRunner(runner, {
    slots: { maxConcurrent: 1024, maxQueued: 0 },
    retry: { ...DEFAULT_RETRY, retries: 0 },
  });
}

export function createGateway(
  { config, targets, policies, modelFile }: LoadedConfig,
  ledger: Ledger,
  log: Logger,
): RunningGateway {
  const remote = targets.filter(({ local }) => !local);
  const allowedOrigins = new Set(
    remote
      .map(baseUrlOf)
      .filter((url) => url !== undefined)
      .map((url) => new URL(url).origin),
  );
  const egress = createEgress({ allowedOrigins });
  const runners = new Map<string, GuardedRunner>();
  for (const configured of targets) {
    const guarded = configured.local
      ? localRunner(configured, modelFile, log)
      : remoteRunner(configured, configured.settings!, egress);
    runners.set(configured.target.id, guarded);
  }
  const all = [...runners.values()].map(({ runner }) => runner);
  return {
    runners,
    policies,
    privacy: privacyOptions(config, targets),
    ledger,
    log,
    requestTimeoutMs: config.server.request_timeout_ms,
    level3Price: referencePrice(
      all.map(({ target }) => target),
      config.ledger.reference_target,
    ),
    startedAtS: Math.floor(Date.now() / 1000),
    async close() {
      await Promise.all(all.map((runner) => runner.close()));
      await egress.close();
      await ledger.close();
    },
  };
}
