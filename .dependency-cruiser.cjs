// The arrows between folders (ARCHITECTURE.md): contract <- policies, store, engine, tiers <- router.
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(contract|policies|store|engine|tiers|router|hub|test|bench|scripts)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('contract-imports-nothing', '^contract/', '^contract/', 'contract is the vocabulary'),
    only('policies', '^policies/', '^(contract|policies)/'),
    only('store', '^store/', '^(contract|store)/'),
    only('engine', '^engine/', '^(contract|engine)/'),
    only('tiers', '^tiers/(?!local\\.ts)', '^(contract|tiers)/'),
    only('local-tier', '^tiers/local\\.ts', '^(contract|tiers|engine)/'),
    only('router', '^router/(?!cli/pull)', '^(contract|policies|store|engine|tiers|router)/', 'nothing imports test or bench'),
    only('pull', '^router/cli/pull', '^(contract|engine|router|hub)/', 'the one command that connects to the hub'),
    only('hub', '^hub/', '^(contract|engine|hub)/'),
    only('local-tier-is-the-only-way-to-the-engine', '^tiers/(?!local\\.ts)', '^(contract|tiers)/'),
    {
      name: 'leaves-do-not-import-one-another',
      severity: 'error',
      from: { path: '^(tiers/providers|policies/privacy/recognizers|policies/privacy/operators|policies/routing)/(?!_)([^/]+)\\.ts$' },
      to: { path: '^(tiers/providers|policies/privacy/recognizers|policies/privacy/operators|policies/routing)/(?!_)[^/]+\\.ts$' },
    },
    {
      name: 'only-binding-loads-native',
      severity: 'error',
      from: { path: '^(router|policies|tiers|store|contract)/' },
      to: { path: '^engine/binding\\.ts$' },
    },
    {
      name: 'only-store-knows-sqlite',
      severity: 'error',
      from: { path: '^(router|policies|tiers|engine|contract)/' },
      to: { path: 'node_modules/(drizzle-orm|better-sqlite3)' },
    },
    {
      name: 'only-egress-opens-connections-out',
      severity: 'error',
      from: { path: '^(contract|policies|store|engine|router|tiers)/', pathNot: '^tiers/(egress|local|local-.*)\\.ts$' },
      to: { path: 'node_modules/(undici|@huggingface/hub)' },
    },
    {
      name: 'hub-is-for-pull-alone',
      severity: 'error',
      comment: 'hub/ connects to the model hub: a command of its own, never loaded by the gateway or the engine',
      from: { path: '^(contract|policies|store|engine|router|tiers)/', pathNot: '^router/cli/pull' },
      to: { path: '^hub/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
