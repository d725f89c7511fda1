// MAC addresses of network cards (IEEE 802): six pairs with `:` or `-`, or three groups with dots.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { pairChains } from '../digit-places.ts';

export default defineRecognizer({
  name: 'mac-address',
  type: 'MAC_ADDRESS',
  minDigits: 1,
  places: pairChains,
  patterns: [
    { regex: /(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])/gi, score: 0.85 },
    { regex: /(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])/gi, score: 0.45 },
  ],
  context: ['mac', 'ethernet', 'hwaddr', 'ether', 'wlan', 'wifi', 'hardware address'],
  // Nobody, everybody, and pairs that could be a time.
  validate: (value) =>
    !/\d/.test(value) || /^(?:00[:-]?){5}00$|^(?:ff[:-]?){5}ff$/i.test(value) ? false : null,
  examples: {
    match: [
      ['ether 3c:22:fb:9a:1e:04 txqueuelen', '3c:22:fb:9a:1e:04'],
      ['3C-22-FB-9A-1E-04', '3C-22-FB-9A-1E-04'],
      ['MAC 3c22.fb9a.1e04', '3c22.fb9a.1e04'],
    ],
    noMatch: ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '3c:22:fb:9a:1e:04:77', '1234.5678.9012'],
  },
});
