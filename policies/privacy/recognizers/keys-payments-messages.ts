// Keys of payments, shops, messages, media and marketing that begin with what names them.
// Prefixes, lengths and alphabets: the vendors' documentation.
import { definePrefixedKeys } from '../define-keys.ts';

export default definePrefixedKeys(
  'keys-payments-messages',
  [
    ['p8e-', '[A-Za-z0-9]{32}'], // Adobe
    ['pat', '[A-Za-z0-9]{14}\\.[a-f0-9]{64}'], // Airtable
    ['duffel_test_', '[\\w=-]{43}'],
    ['duffel_live_', '[\\w=-]{43}'],
    ['EZAK', '[A-Za-z0-9]{54}'], // EasyPost
    ['EZTK', '[A-Za-z0-9]{54}'],
    ['EAAM', '[A-Za-z0-9]{100,500}'], // Facebook pages
    ['EAAC', '[A-Za-z0-9]{100,500}'],
    ['FLWSECK_TEST-', '[a-h0-9]{12}(?:[a-h0-9]{20}-X)?'], // Flutterwave
    ['FLWSECK-', '[a-h0-9]{32}-X'],
    ['FLWPUBK_TEST-', '[a-h0-9]{32}-X'],
    ['fio-u-', '[\\w=-]{64}'], // Frame.io
    ['live_', '[a-z0-9=_-]{40}'], // GoCardless
    ['live_', '[a-f0-9]{35}'], // Lob
    ['test_', '[a-f0-9]{35}'],
    ['live_pub_', '[a-f0-9]{31}'],
    ['test_pub_', '[a-f0-9]{31}'],
    ['key-', '[a-f0-9]{32}'], // Mailgun
    ['pubkey-', '[a-f0-9]{32}'],
    ['pk.', '[A-Za-z0-9]{60,80}\\.[A-Za-z0-9_-]{22}'], // Mapbox
    ['sk.', 'eyJ[A-Za-z0-9]{57,80}\\.[A-Za-z0-9_-]{22}'],
    ['access-sandbox-', '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'], // Plaid
    ['access-development-', '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
    ['access-production-', '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
    ['xkeysib-', '[a-f0-9]{64}-[A-Za-z0-9]{16}'], // Brevo
    ['shippo_live_', '[a-fA-F0-9]{40}'],
    ['shippo_test_', '[a-fA-F0-9]{40}'],
    ['shpat_', '[a-fA-F0-9]{32}'], // Shopify
    ['shpca_', '[a-fA-F0-9]{32}'],
    ['shppa_', '[a-fA-F0-9]{32}'],
    ['shpss_', '[a-fA-F0-9]{32}'],
    ['EAAA', '[\\w-]{22,60}'], // Square
    ['sq0atp-', '[\\w-]{22,60}'],
    ['sq0csp-', '[\\w-]{43}'],
    ['tfp_', '[\\w.=-]{59}'], // Typeform
    ['sl.', '[A-Za-z0-9=_-]{130,140}'], // Dropbox
    ['SG.', '[A-Za-z0-9=_.-]{66}'], // SendGrid
  ],
  {
    match: [
      ['shop: 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', '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'],
      ['mailgun key-d389bd39d691b861d83e6cf37930da15;', 'key-d389bd39d691b861d83e6cf37930da15'],
    ],
    noMatch: ['shpat_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'a path.to the key-value store', 'EAAAxxx'],
  },
);
