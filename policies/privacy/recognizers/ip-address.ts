// IPv4 and IPv6 addresses of machines: not versions, netmasks, loopback or "any".
import { isIPv6 } from 'node:net';
import { defineRecognizer } from '../../../contract/recognizer.ts';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** `v1.2.3.4`, `version: 1.2.3.4`, `Chrome/120.0.0.0` */
const VERSION = '(?<!\\bv(?:er(?:sion)?)?\\.?[ :=]{1,3})(?<![A-Za-z]\\/)';
const NOBODY = /^(?:0\.|127\.|255\.|::1?$)|^\d+\.0\.0\.0$/;

function isAddress(value: string): false | null {
  if (NOBODY.test(value)) return false;
  // `dead::beef` is more likely C++ than an address.
  return value.includes(':') && !(/\d/.test(value) && isIPv6(value)) ? false : null;
}

export default defineRecognizer({
  name: 'ip-address',
  type: 'IP_ADDRESS',
  anchors: [':', '.'],
  patterns: [
    {
      regex: new RegExp(`(?<![\\w.-])${VERSION}(?:${OCTET}\\.){3}${OCTET}(?![\\w-]|\\.\\d)`, 'gi'),
      score: 0.6,
    },
    {
      regex:
        /(?<![\w:.])(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:]|\.\d)/gi,
      score: 0.6,
    },
  ],
  context: ['ip', 'ipv4', 'ipv6', 'host', 'server', 'client', 'address', 'login', 'remote', 'from'],
  validate: isAddress,
  examples: {
    match: [
      ['Failed login from 203.0.113.45 port 22', '203.0.113.45'],
      ['http://10.1.2.3:8080/', '10.1.2.3'],
      ['peer 2001:db8::8a2e:370:7334 up', '2001:db8::8a2e:370:7334'],
      ['[::ffff:192.0.2.128]', '::ffff:192.0.2.128'],
    ],
    noMatch: [
      'version 1.2.3.4',
      'v10.2.3.4',
      'Chrome/120.0.0.0 Safari',
      '127.0.0.1 and ::1',
      '1.2.3.4.5',
      '256.1.1.1',
      'at 12:34:56',
      'std::vector a::b',
      '00:1b:44:11:3a:b7',
    ],
  },
});
