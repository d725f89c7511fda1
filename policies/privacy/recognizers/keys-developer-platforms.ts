// Keys of code hosting, package registries, deployment and developer tools that begin with what names them.
// Prefixes, lengths and alphabets: the vendors' documentation.
import { definePrefixedKeys } from '../define-keys.ts';

export default definePrefixedKeys(
  'keys-developer-platforms',
  [
    ['A3-', '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}'], // 1Password secret key
    ['ops_eyJ', '[A-Za-z0-9+/]{200,2000}={0,3}'], // 1Password service account
    ['AGE-SECRET-KEY-1', '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'],
    ['AKCp', '[A-Za-z0-9]{69}'], // Artifactory
    ['cmVmd', '[A-Za-z0-9]{59}'], // Artifactory reference token
    ['CLOJARS_', '[A-Za-z0-9]{60}'],
    ['clojars_', '[A-Za-z0-9]{60}'],
    ['4b1d', '[A-Za-z0-9]{38}'], // ClickHouse Cloud
    ['dapi', '[a-f0-9]{32}(?:-\\d)?'], // Databricks
    ['dnkey-', '[a-z0-9=_-]{26}-[a-z0-9=_-]{52}'], // Defined Networking
    ['dp.pt.', '[A-Za-z0-9]{43}'], // Doppler
    ['dp.st.', '[A-Za-z0-9._-]{43,80}'],
    ['fo1_', '[\\w-]{43}'], // Fly.io
    ['fm1a_', '[A-Za-z0-9+/]{100,500}={0,3}'],
    ['fm1r_', '[A-Za-z0-9+/]{100,500}={0,3}'],
    ['fm2_', '[A-Za-z0-9+/]{100,500}={0,3}'],
    ['pat.', '[\\w-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20}'], // Harness
    ['sat.', '[\\w-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20}'],
    ['HRKU-AA', '[\\w-]{58}'], // Heroku
    ['ico-', '[A-Za-z0-9]{32}(?!\\.png)'], // Infracost
    ['s-s4t2ud-', '[a-f0-9]{64}'], // 42 intra
    ['s-s4t2af-', '[a-f0-9]{64}'],
    ['lin_api_', '[A-Za-z0-9]{40}'], // Linear
    ['ntn_', '\\d{11}[A-Za-z0-9]{35}'], // Notion
    ['secret_', '[A-Za-z0-9]{43}'], // Notion, before 2024
    ['API-', '[A-Z0-9]{26}'], // Octopus Deploy
    ['sha256~', '[\\w-]{43}'], // OpenShift
    ['pscale_tkn_', '[\\w=.-]{32,64}'], // PlanetScale
    ['pscale_oauth_', '[\\w=.-]{32,64}'],
    ['pscale_pw_', '[\\w=.-]{32,64}'],
    ['PMAK-', '[a-f0-9]{24}-[a-f0-9]{34}'], // Postman
    ['pnu_', '[A-Za-z0-9]{36}'], // Prefect
    ['pul-', '[a-f0-9]{40}'], // Pulumi
    ['pypi-AgEIcHlwaS5vcmc', '[\\w-]{50,1000}'],
    ['rdme_', '[a-z0-9]{70}'], // ReadMe
    ['rubygems_', '[a-f0-9]{48}'],
    ['tk-us-', '[\\w-]{48}'], // Scalingo
    ['sgp_', '(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}'], // Sourcegraph
    ['squ_', '[a-z0-9=_-]{40}'], // SonarQube
    ['sqp_', '[a-z0-9=_-]{40}'],
    ['sqa_', '[a-z0-9=_-]{40}'],
    ['ATATT3', '[\\w=-]{186}'], // Atlassian
    ['sm_aat_', '[A-Za-z0-9]{16}'], // SettleMint
    ['sm_pat_', '[A-Za-z0-9]{16}'],
    ['sm_sat_', '[A-Za-z0-9]{16}'],
    ['dckr_pat_', '[\\w-]{27}'], // Docker Hub
    ['vercel_', '[A-Za-z0-9]{24}'],
    ['sbp_', '[a-f0-9]{40}'], // Supabase
    ['nfp_', '[A-Za-z0-9]{36}'], // Netlify
    ['rnd_', '[A-Za-z0-9]{28,40}'], // Render
  ],
  {
    match: [
      ['key A3-9P34Y6-WD25RQ-F5ZR3-E3P3E-Z8IQ9-JZB6C.', 'A3-9P34Y6-WD25RQ-F5ZR3-E3P3E-Z8IQ9-JZB6C'],
      [
        'NOTION=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',
        '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',
      ],
    ],
    noMatch: [
      'A3-XXXXXX-XXXXXXXXXXX-XXXXX-XXXXX-XXXXX',
      'ico-XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
      'a pat.on the back',
    ],
  },
);
