// Keys of clouds, infrastructure, monitoring and identity that begin with what names them.
// Prefixes, lengths and alphabets: the vendors' documentation.
import { definePrefixedKeys } from '../define-keys.ts';

export default definePrefixedKeys(
  'keys-cloud-monitoring',
  [
    ['LTAI', '[A-Za-z0-9]{20}'], // Alibaba Cloud
    ['sc_', '[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}'], // Authress
    ['ext_', '[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}'],
    ['scauth_', '[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}'],
    ['authress_', '[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.acc[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}'],
    ['bedrock-api-key-', 'YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=]{0,2000}'],
    ['v1.0-', '[a-f0-9]{24}-[a-f0-9]{146}'], // Cloudflare origin CA
    ['doo_v1_', '[a-f0-9]{64}'], // DigitalOcean
    ['dop_v1_', '[a-f0-9]{64}'],
    ['dor_v1_', '[a-f0-9]{64}'],
    ['dt0c01.', '[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}'], // Dynatrace
    ['eyJrIjoi', '[A-Za-z0-9]{60,400}={0,3}'], // Grafana
    ['glc_', '[A-Za-z0-9+/]{32,400}={0,3}'],
    ['glsa_', '[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}'],
    ['hvb.', '[\\w-]{138,300}'], // HashiCorp Vault
    ['hvs.', '[\\w-]{90,120}'],
    ['NRJS-', '[a-f0-9]{19}'], // New Relic
    ['NRII-', '[A-Za-z0-9-]{32}'],
    ['NRAK-', '[A-Za-z0-9]{27}'],
    ['sntrys_eyJpYXQiO', '[A-Za-z0-9+/]{10,400}={0,2}_[A-Za-z0-9+/]{43}'], // Sentry
    ['sntryu_', '[a-f0-9]{64}'],
    ['t1.', '[\\w-]{5,300}={0,2}\\.[\\w-]{86}={0,2}'], // Yandex
    ['AQVN', '[\\w-]{35,38}'],
    ['YCA', '[\\w-]{37}'],
  ],
  {
    match: [
      [
        'token: hvs.CAESIP2jTxc9S2K7Z6CtcFWQv7-044m_oSsxnPE1H3nF89l3GiYKHGh2cy5sQmlIZVNyTWJNcDRsYWJpQjlhYjVlb1cQh6PL8wEYAg"',
        'hvs.CAESIP2jTxc9S2K7Z6CtcFWQv7-044m_oSsxnPE1H3nF89l3GiYKHGh2cy5sQmlIZVNyTWJNcDRsYWJpQjlhYjVlb1cQh6PL8wEYAg',
      ],
      ['glsa_DgOD251OXvCYLGjnh2oBiML18U1Ag3od_dD13E33C', 'glsa_DgOD251OXvCYLGjnh2oBiML18U1Ag3od_dD13E33C'],
    ],
    noMatch: ['s.xxxxxxxxxxxxxxxxxxxxxxxx', 's.makeKubeConfigController = args', 'v1.0-beta'],
  },
);
