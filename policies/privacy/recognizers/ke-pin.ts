// Kenyan tax PINs: A or P, nine digits, a letter (KRA).
import { defineId } from '../define-id.ts';

export default defineId({
  name: 'ke-pin',
  type: 'KE_PIN',
  layouts: [['addddddddda', 0.7]],
  context: ['kra', 'kra pin', 'pin'],
  isUpperCase: true,
  isValid: (id) => /^[AP]\d{9}[A-Z]$/.test(id),
  examples: {
    match: [['kra P051365947M, as it stands', 'P051365947M']],
    noMatch: ['kra Q051365947M'],
  },
});
