// Puts a gateway together from its config: runners with their guards, the egress door, the ledger.
import type { Logger } from 'pino';
import type { Ledger } from '../contract/ledger.ts';
import type { Price, Target } from '../contract/tier.ts';
import { createEgress, type Egress } from '../tiers/egress.ts';
import { type GuardedRunner, guardRunner } from '../tiers/guard.ts';
import { localRunner } from '../tiers/local.ts';
import type { EngineHost } from '../tiers/local-connection.ts';
import { LocalHost, type LocalHostOptions } from '../tiers/local-host.ts';
import { registry as providers } from '../tiers/providers/_registry.gen.ts';
import { createRemoteRunner } from '../tiers/remote.ts';
import { DEFAULT_RETRY } from '../tiers/retry.ts';
import { labelsPath } from './calibrate/labels.ts';
import { captures } from './capture.ts';
import { calibrationPath, draftLimits, gapPrior } from './config/calibration.ts';
import type { LoadedConfig } from './config/config.ts';
import { privacyOptions } from './config/privacy.ts';
import type { Config, TargetConfig } from './config/schema.ts';
import type { ConfiguredTarget } from './config/targets.ts';
import { callerGoals } from './goals.ts';
import type { Gateway } from './pipeline.ts';
import { referencePrice } from './record.ts';
import { labelsOf } from './sensitivity.ts';
import { Sessions } from './sessions.ts';
import { Shadow } from './shadow.ts';
import { type Share, shareOf } from './workers/share.ts';

export interface RunningGateway extends Gateway {
  /** Ends the engine hosts, the connections and the ledger, in this order. */
  close(): Promise<void>;
}

/** The config's default, for the local target that it does not name. */
const DEFAULT_LOCAL_CONCURRENCY = 64;

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

function remoteRunner(
  configured: ConfiguredTarget,
  settings: TargetConfig,
  { egress, share }: { egress: Egress; share: Share },
): GuardedRunner {
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
  const maxConcurrent = shareOf(settings.max_concurrency, share);
  return guardRunner(runner, {
    slots: { maxConcurrent, maxQueued: 16 * maxConcurrent },
    retry: { ...DEFAULT_RETRY, retries: settings.retries },
  });
}

function guardLocal(
  { target, settings }: ConfiguredTarget,
  host: EngineHost | null,
  share: Share,
): GuardedRunner {
  const runner = localRunner({ ...target, price: target.price ?? LOCAL_PRICE }, host);
  // The host has its own queue; a request that it refuses moves on at once.
  return guardRunner(runner, {
    slots: { maxConcurrent: 1024, maxQueued: 0 },
    overflowAt: shareOf(settings?.max_concurrency ?? DEFAULT_LOCAL_CONCURRENCY, share),
    retry: { ...DEFAULT_RETRY, retries: 0 },
  });
}

/** The engine hosts that a config asks for, by target id; each gives what is needed to start one. */
export function configuredHosts(
  { targets, modelFile, lockFile }: LoadedConfig,
  log: Logger,
): Map<string, LocalHostOptions> {
  const hosts = new Map<string, LocalHostOptions>();
  for (const { target, settings, local } of targets) {
    const file = settings?.model_file ?? modelFile;
    if (!local || file === null) continue;
    hosts.set(target.id, {
      modelFile: file,
      lockFile,
      ...(settings?.context !== undefined && { context: settings.context }),
      ...(settings?.threads !== undefined && { threads: settings.threads }),
      ...(settings?.draft_model !== undefined && { draftModel: settings.draft_model }),
      ...(settings?.kv_save !== undefined && { kvSave: settings.kv_save }),
      ...(settings?.kv_type !== undefined && { kvType: settings.kv_type }),
      log: (line) => log.info({ target: target.id }, line),
    });
  }
  return hosts;
}

/** Starts the engine hosts that the config asks for. */
export const startHosts = (loaded: LoadedConfig, log: Logger): Map<string, EngineHost> =>
  new Map([...configuredHosts(loaded, log)].map(([id, options]) => [id, new LocalHost(options)]));

/** What a gateway in one process makes for itself, and one of several workers is told. */
export interface GatewayParts {
  ledger: Ledger;
  /** By target id; closed with the gateway. */
  hosts: ReadonlyMap<string, EngineHost>;
  share: Share;
  /** Unix seconds. */
  startedAtS: number;
  log: Logger;
}

/** A runner for every target, in the config's order. @param share which part of each target's limits is this process's */
export function createRunners(
  targets: readonly ConfiguredTarget[],
  hosts: ReadonlyMap<string, EngineHost>,
  share: Share,
): { runners: Map<string, GuardedRunner>; egress: Egress } {
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
    const { id } = configured.target;
    const guarded = configured.local
      ? guardLocal(configured, hosts.get(id) ?? null, share)
      : remoteRunner(configured, configured.settings!, { egress, share });
    runners.set(id, guarded);
  }
  return { runners, egress };
}

/** Null: nothing is sampled, nobody consented, or there is no higher level to compare with. */
function shadowOf(
  gateway: Gateway,
  { routing, ledger }: Config,
  { path, share }: { path: string | null; share: Share },
): Shadow | null {
  const { shadow } = routing;
  const levels = new Set([...gateway.runners.values()].map(({ runner }) => runner.target.tier));
  if (shadow.share === 0 || ledger.capture.callers.length === 0 || !levels.has(1) || levels.size < 2)
    return null;
  return new Shadow(gateway, {
    share: shadow.share,
    dailyMicrousd: (shadow.budget_usd_per_day * 1e6) / share.of,
    labelsFile: labelsPath(calibrationPath(routing.calibration, path, process.cwd())),
    ...{ judge: shadow.judge, embedder: shadow.embedder, minSimilarity: shadow.min_similarity },
  });
}

export function createGateway(
  { config, path, targets, policies, trial, calibration }: LoadedConfig,
  { ledger, hosts, share, startedAtS, log }: GatewayParts,
): RunningGateway {
  const { runners, egress } = createRunners(targets, hosts, share);
  const all = [...runners.values()].map(({ runner }) => runner);
  const gateway: Gateway = {
    runners,
    policies,
    trial,
    own: calibration?.own ?? null,
    prior: gapPrior(config, calibration),
    captures: captures(config.ledger.capture),
    shadow: null,
    privacy: privacyOptions(config, targets),
    ledger,
    log,
    requestTimeoutMs: config.server.request_timeout_ms,
    goalsOf: callerGoals(config),
    labels: labelsOf(config),
    sessions: targets.some(({ target }) => target.price?.cachedInputUsdPerMtok !== undefined)
      ? new Sessions(() => performance.now())
      : null,
    draftLimits: draftLimits(config, calibration),
    level3Price: referencePrice(
      all.map(({ target }) => target),
      config.ledger.reference_target,
    ),
    startedAtS,
  };
  const shadow = shadowOf(gateway, config, { path, share });
  return {
    ...gateway,
    shadow,
    async close() {
      await shadow?.stop();
      await Promise.all(all.map((runner) => runner.close()));
      await egress.close();
      await ledger.close();
    },
  };
}
