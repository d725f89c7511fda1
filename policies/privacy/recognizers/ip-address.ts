// IPv4 addresses of machines: not versions, netmasks, loopback or "any".
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { dottedQuads } from '../digit-places.ts';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** `v1.2.3.4`, `version: 1.2.3.4`, `Chrome/120.0.0.0` */
const VERSION = '(?<!\\bv(?:er(?:sion)?)?\\.?[ :=]{1,3})(?<![A-Za-z]\\/)';
const NOBODY = /^(?:0\.|127\.|255\.)|^\d+\.0\.0\.0$/;

export default defineRecognizer({
  name: 'ip-address',
  type: 'IP_ADDRESS',
  minDigits: 4,
  places: dottedQuads,
  patterns: [
    {
      regex: new RegExp(`(?<![\\w.-])${VERSION}(?:${OCTET}\\.){3}${OCTET}(?![\\w-]|\\.\\d)`, 'gi'),
      score: 0.6,
    },
  ],
  context: ['ip', 'ipv4', 'host', 'server', 'client', 'address', 'login', 'remote', 'from'],
  validate: (value) => (NOBODY.test(value) ? false : null),
  examples: {
    match: [
      ['Failed login from 203.0.113.45 port 22', '203.0.113.45'],
      ['http://10.1.2.3:8080/', '10.1.2.3'],
    ],
    noMatch: [
      'version 1.2.3.4',
      'v10.2.3.4',
      'Chrome/120.0.0.0 Safari',
      '127.0.0.1',
      '1.2.3.4.5',
      '256.1.1.1',
      '10.0.0.0/8',
    ],
  },
});
