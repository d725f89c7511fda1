// IPv6 addresses (RFC 4291), with an embedded IPv4 one as well; not loopback, times, MAC addresses or C++ scopes.
import { isIPv6 } from 'node:net';
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { colonChains } from '../digit-places.ts';

export default defineRecognizer({
  name: 'ipv6-address',
  type: 'IP_ADDRESS',
  patterns: [
    {
      regex:
        /(?<![\w:.])(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)/gi,
      score: 0.6,
    },
  ],
  minDigits: 1,
  places: colonChains,
  context: ['ip', 'ipv6', 'host', 'server', 'client', 'address', 'login', 'remote', 'from'],
  // `dead::beef` is more likely C++ than an address: a digit must be in it.
  validate: (value) => (/[2-9]|1./.test(value) && isIPv6(value) ? null : false),
  examples: {
    match: [
      ['peer 2001:db8::8a2e:370:7334 up', '2001:db8::8a2e:370:7334'],
      ['[::ffff:192.0.2.128]', '::ffff:192.0.2.128'],
      ['fe80::1c2d', 'fe80::1c2d'],
    ],
    noMatch: ['::1', 'at 12:34:56', 'std::vector a::b', '00:1b:44:11:3a:b7', 'dead::beef', 'a 1:2:3 ratio'],
  },
});
