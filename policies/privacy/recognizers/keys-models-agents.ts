// Keys of model providers and of the tools that agents call, which begin with what names them. Prefixes, lengths and alphabets: the
// vendors' documentation and consoles.
import { definePrefixedKeys } from '../define-keys.ts';

const UUID = '[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}';

export default definePrefixedKeys(
  'keys-models-agents',
  [
    ['xai-', '[A-Za-z0-9]{70,90}'],
    ['r8_', '[A-Za-z0-9]{37}'], // Replicate
    ['nvapi-', '[\\w-]{60,70}'],
    ['csk-', '[a-z0-9]{48}'], // Cerebras
    ['tgp_v1_', '[\\w-]{43}'], // Together
    ['AQ.Ab', '[\\w-]{40,60}'], // Gemini, since 2025
    ['sk_', '[a-f0-9]{48}'], // ElevenLabs
    ['jina_', '[A-Za-z0-9_-]{60}'],
    ['tvly-', '(?:dev-|prod-)?[A-Za-z0-9]{32}'], // Tavily
    ['e2b_', '[a-f0-9]{40}'],
    ['lsv2_pt_', '[a-f0-9]{32}_[a-f0-9]{10}'], // LangSmith
    ['lsv2_sk_', '[a-f0-9]{32}_[a-f0-9]{10}'],
    ['sk-lf-', UUID], // Langfuse
    ['phx_', '[A-Za-z0-9]{43,48}'], // PostHog
    ['apify_api_', '[A-Za-z0-9]{36}'],
    ['figd_', '[\\w-]{40}'], // Figma
    ['sb_secret_', '[\\w-]{31}'], // Supabase
    ['cal_live_', '[a-f0-9]{32}'], // Cal.com
    ['CCIPAT_', '[A-Za-z0-9]{22}_[a-f0-9]{40}'], // CircleCI
  ],
  {
    match: [
      [
        'REPLICATE_API_TOKEN=r8_Zr8Kq2Lw9Xc4Vb7Nm1AaSd3Fg6Hj5Kl0QwErT',
        'r8_Zr8Kq2Lw9Xc4Vb7Nm1AaSd3Fg6Hj5Kl0QwErT',
      ],
      ['use 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 here', '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'],
      [
        '"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"',
        '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',
      ],
    ],
    noMatch: [
      'the r8_counter_of_registers_in_use_at_runtime',
      'sk_test',
      'xai-org/grok-1',
      'tvly-YOUR_API_KEY',
    ],
  },
);
