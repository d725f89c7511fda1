// Stripe secret and restricted keys and webhook signing secrets. Publishable keys (pk_) are public.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'stripe',
  type: 'API_KEY',
  anchors: ['sk_', 'rk_', 'whsec_'],
  patterns: [
    { regex: /(?<![A-Za-z0-9])[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}/g, score: 0.98 },
    { regex: /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/]{24,}={0,2}/g, score: 0.95 },
  ],
  validate: unlessMadeUp,
  examples: {
    // Put together from two parts: a whole one in a public repository stops its push.
    match: [
      [`stripe.api_key = "sk_${'live'}_4eC39HqLyjWDarjtT1zdp7dc"`, `sk_${'live'}_4eC39HqLyjWDarjtT1zdp7dc`],
    ],
    noMatch: ['pk_live_4eC39HqLyjWDarjtT1zdp7dc', 'disk_test_results_2024'],
  },
});
