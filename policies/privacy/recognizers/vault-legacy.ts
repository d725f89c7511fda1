// HashiCorp Vault tokens before 1.10: `s.` and 24 letters of both cases and digits (Vault documentation, "Tokens").
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { groupsOfLength } from '../digit-places.ts';
import { isMadeUp, isRandom } from '../key-shape.ts';

export default defineRecognizer({
  name: 'vault-legacy',
  type: 'API_KEY',
  minDigits: 1,
  places: (index, hits) => groupsOfLength(24, 24)(index, hits).map((start) => Math.max(0, start - 2)),
  patterns: [{ regex: /(?<![A-Za-z0-9._])s\.[A-Za-z0-9]{24}(?![A-Za-z0-9_(])/g, score: 0.85 }],
  validate: (value) =>
    /[a-z]/.test(value) && /[A-Z]/.test(value) && isRandom(value.slice(2)) && !isMadeUp(value) ? null : false,
  examples: {
    match: [['token: s.ZC9Ecf4M5g9o34Q6RkzGsj0z', 's.ZC9Ecf4M5g9o34Q6RkzGsj0z']],
    noMatch: ['s.THISSTRINGISALLUPPERCASE', 's.AcceptanceTimeoutSeconds1', 's.xxxxxxxxxxxxxxxxxxxxxxxx'],
  },
});
