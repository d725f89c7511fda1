// The config file: what it may say, and how each mistake is reported.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../contract/errors.ts';
import { formatProblem } from '../../../policies/yaml-source.ts';
import type { LoadedConfig } from '../../../router/config/config.ts';
import { checkConfig, loadConfig } from '../../../router/config/config.ts';
import type { Environment } from '../../../router/config/interpolate.ts';
import { configSchema } from '../../../router/config/schema.ts';
import { factsOf } from '../../support/routing-facts.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiergate-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'c.yaml');

const check = (text: string, env: Environment = {}) => {
  writeFileSync(path, text);
  return checkConfig({ path, env, cwd: folder });
};
const good = (text: string, env: Environment = {}): LoadedConfig => {
  const { loaded, problems } = check(text, env);
  expect(problems.map(formatProblem)).toEqual([]);
  return loaded!;
};
/** `line:column: path: message` of each problem. */
const problemsOf = (text: string, env: Environment = {}): string[] =>
  check(text, env).problems.map((problem) => formatProblem({ ...problem, file: '' }).slice(1));

describe('values from the environment', () => {
  it.each<[string, Environment, string]>([
    ['$' + '{HOST}', { HOST: 'localhost' }, 'localhost'],
    ['$' + '{HOST:-127.0.0.1}', {}, '127.0.0.1'],
    ['$' + '{HOST:-127.0.0.1}', { HOST: '' }, '127.0.0.1'],
    ['$' + '{HOST:-127.0.0.1}', { HOST: '127.0.0.9' }, '127.0.0.9'],
    ['$' + '{A}.$' + '{B:-localhost}', { A: 'api' }, 'api.localhost'],
    ['os.environ/HOST', { HOST: 'localhost' }, 'localhost'],
    ['"[$' + '{V6}]"', { V6: '::1' }, '[::1]'],
  ])('host: %s', (text, env, host) => {
    expect(good(`server:\n  host: ${text}\n`, env).config.server.host).toBe(host);
  });

  it('makes numbers and booleans where the schema wants them', () => {
    const env = { PORT: '8080', OFF: 'false', RETRY: '1.5' };
    const { config } = good('server: {port: "$' + '{PORT}"}\nprivacy: {enabled: "$' + '{OFF}"}\n', env);
    expect([config.server.port, config.privacy.enabled]).toEqual([8080, false]);
    const [problem] = problemsOf('server:\n  port: $' + '{RETRY}\n', env);
    expect(problem).toMatch(/^2:9: server\.port: the value of \$\{RETRY\} is not a whole number/);
  });

  it('turns $$ into a dollar sign and leaves a single one', () => {
    const text = (key: string) => `auth:\n  keys:\n    - {name: a, key: "${key}"}\n`;
    expect(good(text('pa$$word-1')).config.auth.keys[0]!.key).toBe('pa$word-1');
    expect(good(text('pa$word-1')).config.auth.keys[0]!.key).toBe('pa$word-1');
    expect(good(text('$$' + '{HOME}-12')).config.auth.keys[0]!.key).toBe('$' + '{HOME}-12');
  });

  it.each([
    ['$' + '{NOPE}', 'NOPE'],
    ['os.environ/NOPE', 'NOPE'],
  ])('a missing variable is named with its line: %s', (text, name) => {
    expect(problemsOf(`server:\n  port: 0\n  host: ${text}\n`)).toEqual([
      `3:9: server.host: the environment variable ${name} is not set; set it, or write $` +
        `{${name}:-default}`,
    ]);
  });

  it.each(['$' + '{1X}', '$' + '{HOST-x}', '$' + '{HOST', '$' + '{}'])('refuses %s', (text) => {
    const [problem] = problemsOf(`server:\n  host: "${text}"\n`, { HOST: 'localhost' });
    expect(problem).toMatch(
      /^2:9: server\.host: .* is not a reference; write \$\{NAME\}, or \$\$ for a dollar/,
    );
  });
});

const remote = (extra: string): string => `tiers:
  2:
    targets:
      - id: inhouse/llama
        base_url: http://10.0.0.5:8000/v1
${extra}`;

describe('a mistake in the file', () => {
  it.each<[string, string, RegExp]>([
    [
      'an unknown key',
      'server:\n  prot: 80\n',
      /^2:3: server\.prot: unknown key "prot"; did you mean "port"\?$/,
    ],
    ['an unknown section', 'serverr: {}\n', /^1:1: serverr: unknown key "serverr"; did you mean "server"\?$/],
    ['a key far from all', 'log:\n  xyzzy: 1\n', /^2:3: log\.xyzzy: unknown key "xyzzy"; known here: level$/],
    [
      'a misspelt key of a target',
      remote('        api-key: abcdefgh\n'),
      /^6:9: .*unknown key "api-key"; did you mean "api_key"\?$/,
    ],
    ['a text for a number', 'server:\n  port: abc\n', /^2:9: server\.port: "abc" is not a number/],
    [
      'a fraction for a whole number',
      'server:\n  port: 80.5\n',
      /^2:9: server\.port: 80\.5 is not a whole number/,
    ],
    [
      'a number out of range',
      'server:\n  port: 70000\n',
      /^2:9: server\.port: 70000 is too large; write 65535 or less$/,
    ],
    [
      'an accuracy that is none',
      'routing:\n  known: {accuracy: {level1: 55}}\n',
      /routing\.known\.accuracy\.level1.*55/s,
    ],
    [
      'a task that is none',
      'routing:\n  known: {tasks: {singing: {gap: {level2: 0.2}}}}\n',
      /routing\.known\.tasks.*singing/s,
    ],
    [
      'a limit of former versions',
      'routing:\n  cascade: {min_mean_logprob: -1}\n',
      /routing\.cascade.*min_mean_logprob/s,
    ],
    [
      'a threshold above 1',
      'routing:\n  thresholds: {level3: 1.5}\n',
      /^2:24: .*1\.5 is too large; write 1 or less$/,
    ],
    [
      'a word for a boolean',
      'privacy: {enabled: yes}\n',
      /^1:20: privacy\.enabled: "yes" is not true or false$/,
    ],
    [
      'a value that is none of the list',
      'log: {level: inof}\n',
      /^1:14: .*"inof" is none of trace, .*; did you mean "info"\?$/,
    ],
    ['a map where a list belongs', 'policies: {a: 1}\n', /^1:11: policies: a map is not a list$/],
    ['a list for the whole file', '- a\n', /^1:1: a list is not a map$/],
    [
      'a duplicate key',
      'server:\n  port: 1\n  port: 2\n',
      /^3:3: this key stands twice in the same map; keep one of them$/,
    ],
    ['a tab', 'server:\n\tport: 1\n', /^2:\d+: a tab is used as indentation; YAML allows only spaces/],
    ['bad YAML', 'server: [1, 2\nlog: {}\n', /^\d+:\d+: (not valid YAML|wrong indentation)/],
    [
      'a bare reference in braces',
      'server: {host: $' + '{HOST}}\n',
      /^1:\d+: not valid YAML: .*must stand in quotes/,
    ],
    ['a second document', 'log: {}\n---\nlog: {}\n', /^\d:1: a second document begins here/],
    [
      'an id without a slash',
      'tiers:\n  2:\n    targets:\n      - {id: llama, base_url: "http://h/v1"}\n',
      /^4:14: .*"llama": write provider\/model/,
    ],
    [
      'a missing id',
      'tiers:\n  2:\n    targets:\n      - {model: llama}\n',
      /^4:9: tiers\.2\.targets\[0\]\.id: is missing; write a text$/,
    ],
    ['a tier that is none', 'tiers:\n  4: {}\n', /^2:3: tiers\.4: unknown key "4"; known here: 1, 2, 3$/],
    [
      'a provider that is none',
      remote('        provider: opnai\n'),
      /^6:19: .*"opnai" is no provider; did you mean "openai"\?$/,
    ],
    [
      'a policy that is none',
      'policies: [strict-privcy]\n',
      /^1:12: policies\[0\]: "strict-privcy" is no shipped policy and no file .*; did you mean "strict-privacy"\?$/,
    ],
    [
      'a condition that is wrong',
      'policies:\n  - rules:\n      - name: a\n        when: nope\n        effects: {start_tier: 1}\n',
      /^4:15: policies\[0\]\.rules\[0\]\.when: .*Unknown variable: nope/,
    ],
    [
      'a duplicate target',
      `${remote('')}      - id: inhouse/llama\n        base_url: http://h/v1\n`,
      /^6:13: tiers\.2\.targets\[1\]\.id: "inhouse\/llama" is the id of an earlier target; give each its own$/,
    ],
    [
      'a local target above Level 1',
      'tiers:\n  2:\n    targets:\n      - id: local/x\n',
      /^4:13: .*"local\/x" is a local target and belongs under tiers\.1$/,
    ],
    [
      'a local target with an address',
      'tiers:\n  1:\n    targets:\n      - {id: local/x, base_url: "http://h/v1"}\n',
      /^4:33: .*base_url is for remote targets, but "local\/x" is local; remove it$/,
    ],
    [
      'a model file for a remote target',
      remote('        model_file: a.gguf\n'),
      /^6:21: .*model_file is for local targets/,
    ],
    [
      'an address that is none',
      'tiers:\n  2:\n    targets:\n      - {id: a/b, base_url: "10.0.0.5:8000"}\n',
      /^4:29: .*"10\.0\.0\.5:8000" is not an http\(s\) address; write e\.g\. http:/,
    ],
    [
      'another machine in the zone device',
      'tiers:\n  1:\n    targets:\n      - {id: a/b, base_url: "http://10.0.0.5/v1"}\n',
      /"10\.0\.0\.5" is another machine, but this tier's zone is device; write zone: private or external/,
    ],
    [
      'a reference target that is none',
      `${remote('')}ledger: {reference_target: inhouse/lama}\n`,
      /"inhouse\/lama" is no configured target; did you mean "inhouse\/llama"\?$/,
    ],
    [
      'a type of finding that is none',
      'privacy:\n  types_off: [EMIAL]\n',
      /^2:15: privacy\.types_off\[0\]: "EMIAL" is no type of finding; did you mean "EMAIL"\?$/,
    ],
    [
      'a label for a type that is none',
      'privacy:\n  sensitivity: {IBANN: internal}\n',
      /^2:\d+: privacy\.sensitivity\.IBANN: "IBANN" is no type of finding; did you mean "IBAN"\?$/,
    ],
    [
      'an open address without keys',
      'server:\n  host: 0.0.0.0\n',
      /^2:9: server\.host: "0\.0\.0\.0" can be reached from other machines, but auth\.keys is empty; add a key, or write auth\.allow_anonymous: true$/,
    ],
  ])('%s', (_name, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toEqual([expect.stringMatching(expected)]);
  });

  it('several are reported at once, in the order of the file when thrown', () => {
    writeFileSync(path, 'server:\n  port: abc\nlog:\n  levl: info\nledger:\n  path: $' + '{NOPE}\n');
    let thrown: unknown;
    try {
      loadConfig({ path, env: {}, cwd: folder });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(GatewayError);
    const { code, message } = thrown as GatewayError;
    expect(code).toBe('CONFIG_INVALID');
    const lines = message.split('\n');
    expect(lines[0]).toBe('the config has 3 problems:');
    expect(lines.slice(1).map((line) => /c\.yaml:(\d+):/.exec(line)?.[1])).toEqual(['2', '4', '6']);
  });

  it('never shows a key, a header or a password in an address', () => {
    const secret = 'sk-very-secret-value';
    const texts = [
      `auth:\n  keys: [{name: a, key: [${secret}]}]\n`,
      `auth:\n  keys: [{name: a, key: ${secret}}, {name: b, key: ${secret}}]\n`,
      'auth:\n  keys: [{name: a, key: s3cret}]\n',
      remote(`        api_key: {x: ${secret}}\n`),
      remote(`        headers: [${secret}]\n`),
      remote('        headers: {authorization: 12345}\n'),
      `tiers:\n  2:\n    targets: [{id: a/b, base_url: "ftp://user:${secret}@h/v1"}]\n`,
      `tiers:\n  2:\n    targets: [{id: a/b, base_url: "http://user:${secret}@h/v1"}]\n`,
      'server:\n  port: $' + '{LEAK}\n',
      'log:\n  level: $' + '{LEAK}\n',
    ];
    for (const text of texts) {
      const problems = problemsOf(text, { LEAK: secret });
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.join('\n')).not.toMatch(/sk-very|s3cret|12345/);
    }
  });

  it('says where it looked when the file does not exist', () => {
    expect(() => loadConfig({ path: 'missing.yaml', env: {}, cwd: folder })).toThrow(
      /missing\.yaml: there is no such file; give another with --config or TIERGATE_CONFIG/,
    );
  });
});

describe('who may listen where', () => {
  const listens = (host: string, auth = ''): boolean =>
    problemsOf(`server: {host: "${host}"}\n${auth}`).length === 0;
  it.each(['127.0.0.1', '127.1.2.3', 'localhost', 'api.localhost', '::1', '[::1]'])(
    '%s needs no key',
    (host) => {
      expect(listens(host)).toBe(true);
    },
  );
  it.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.example.org', '127.0.0.1.example.org', '127.1'])(
    '%s needs a key or a word',
    (host) => {
      expect(listens(host)).toBe(false);
      expect(listens(host, 'auth: {keys: [{name: a, key: abcdefgh}]}')).toBe(true);
      expect(listens(host, 'auth: {allow_anonymous: true}')).toBe(true);
    },
  );
});

describe('without a file', () => {
  it('listens on loopback, with one local target and the default policy', () => {
    const cwd = join(folder, 'empty');
    mkdirSync(cwd);
    const { config, path: file, targets, policies } = loadConfig({ env: {}, cwd });
    expect(file).toBeNull();
    expect([config.server.host, config.server.port]).toEqual(['127.0.0.1', 7411]);
    expect(config.ledger.path).toBe(join(cwd, 'tiergate.db'));
    expect(targets.map(({ target: { tier, zone }, local }) => [tier, zone, local])).toEqual([
      [1, 'device', true],
    ]);
    expect(policies.map(({ name }) => name)).toContain('default/many-values-stay-private');
    expect(configSchema.parse({})).toEqual({ ...config, ledger: { ...config.ledger, path: 'tiergate.db' } });
  });

  it('takes the model from TIERGATE_MODEL, else the largest GGUF of models/', () => {
    const cwd = join(folder, 'with-model');
    mkdirSync(join(cwd, 'models'), { recursive: true });
    for (const [name, bytes] of [
      ['0.gguf', 10],
      ['b.gguf', 10],
      ['a-Q8_0.GGUF', 20],
      ['readme.md', 99],
    ] as const)
      writeFileSync(join(cwd, 'models', name), 'x'.repeat(bytes));
    const first = loadConfig({ env: {}, cwd });
    expect(first.modelFile).toBe(join(cwd, 'models', 'a-Q8_0.GGUF'));
    expect(first.targets[0]!.target).toMatchObject({ id: 'local/a-Q8_0', provider: 'local', price: null });
    const named = loadConfig({ env: { TIERGATE_MODEL: 'models/b.gguf' }, cwd });
    expect(named.modelFile).toBe(join(cwd, 'models', 'b.gguf'));
    expect(named.targets[0]!.target.id).toBe('local/b');
  });

  it('finds the file by option, then TIERGATE_CONFIG, then ./tiergate.yaml', () => {
    const cwd = join(folder, 'search');
    mkdirSync(cwd);
    for (const [name, port] of [
      ['tiergate.yaml', 1],
      ['env.yaml', 2],
      ['asked.yaml', 3],
    ] as const)
      writeFileSync(join(cwd, name), `server: {port: ${port}}\n`);
    const port = (asked?: string, env: Environment = {}) =>
      loadConfig({ path: asked, env, cwd }).config.server.port;
    expect(port()).toBe(1);
    expect(port(undefined, { TIERGATE_CONFIG: 'env.yaml' })).toBe(2);
    expect(port('asked.yaml', { TIERGATE_CONFIG: 'env.yaml' })).toBe(3);
  });
});

describe('targets', () => {
  it('have the defaults of their kind, and a null price where none is given', () => {
    const { targets, config } = good(remote(''));
    expect(config.tiers[1]).toBeUndefined();
    expect(targets.map(({ target }) => target)).toEqual([
      {
        id: 'inhouse/llama',
        tier: 2,
        zone: 'private',
        surfaces: ['chat'],
        provider: 'openai',
        model: 'llama',
        contextWindow: null,
        capabilities: expect.objectContaining({ tools: true, vision: true }),
        price: null,
      },
    ]);
  });

  it('keep what is written, with paths relative to the file', () => {
    const { targets, config } = good(`tiers:
  1:
    targets: [{id: local/q, model_file: m/q.gguf, context: 512, threads: 2, capabilities: {logprobs: false}}]
  3:
    targets:
      - id: openai/gpt
        model: gpt-x
        context_window: 1000
        price: {input_usd_per_mtok: 1, output_usd_per_mtok: 2, cached_input_usd_per_mtok: 0.5}
ledger: {path: data/l.db, reference_target: openai/gpt}
`);
    expect(config.ledger.path).toBe(join(folder, 'data/l.db'));
    expect(targets[0]).toMatchObject({
      local: true,
      settings: { model_file: join(folder, 'm/q.gguf') },
      target: { contextWindow: 512, capabilities: { logprobs: false, multipleChoices: true } },
    });
    expect(targets[1]!.target).toMatchObject({
      zone: 'external',
      model: 'gpt-x',
      contextWindow: 1000,
      price: { inputUsdPerMtok: 1, outputUsdPerMtok: 2, cachedInputUsdPerMtok: 0.5, source: 'config' },
    });
  });
});

it('a known model has its list price at Level 3 only', () => {
  const tier = (level: number) =>
    good(`tiers:\n  ${level}: {targets: [{id: openai/gpt-5-mini, base_url: "http://h/v1"}]}\n`).targets[0]!
      .target;
  expect(tier(3).price?.source).toMatch(/^builtin@/);
  expect(tier(2).price).toBeNull();
});

describe('policies', () => {
  it('on request apply only to who asks, and an unknown one refuses', () => {
    const { policies, policyNames } = good('policies: []\n');
    expect(policyNames).toEqual(['cost-saver', 'default', 'strict-privacy']);
    const saying = (policy?: string) =>
      policies
        .map(({ judge }) => judge(factsOf({ override: policy === undefined ? {} : { policy } }), []))
        .filter((verdict) => verdict !== null && verdict.policy !== 'gap');
    expect(saying()).toEqual([]);
    expect(saying('strict-privacy')).toEqual([
      expect.objectContaining({ policy: 'strict-privacy/device-only', denyZones: ['private', 'external'] }),
    ]);
    expect(saying('strict')).toEqual([
      expect.objectContaining({
        block: { code: 'POLICY_BLOCKED' },
        reason: expect.stringMatching(/"strict" is not known; known: /),
      }),
    ]);
  });

  it('come from a file beside the config, with their own places in messages', () => {
    writeFileSync(join(folder, 'mine.yaml'), 'rules:\n  - name: a\n    effects: {start_tier: 2}\n');
    expect(good('policies: [./mine.yaml]\n').policyNames[0]).toBe('mine');
    writeFileSync(join(folder, 'bad.yaml'), 'rules:\n  - name: a\n    effects: {strat_tier: 2}\n');
    const [problem] = check('policies: [bad.yaml]\n').problems;
    expect(formatProblem(problem!)).toMatch(/bad\.yaml:3:15: .*did you mean "start_tier"\?$/);
  });
});
