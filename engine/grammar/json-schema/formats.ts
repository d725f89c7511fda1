// The values of `format` that are enforced, as patterns: JSON Schema validation (2020-12), section 7.3, and the RFCs named
// there. Each is the plain core of its format: comments, quoted local parts, leap seconds and internationalised names are
// left out. Other standard formats are refused; a name no draft knows is an annotation and says nothing.

const YEAR_DAY =
  '(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)';
const CLOCK =
  '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])';
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const H16 = '[0-9A-Fa-f]{1,4}';
const LS32 = `(?:${H16}:${H16}|${IPV4})`;
const IPV6 =
  `(?:(?:${H16}:){6}${LS32}|::(?:${H16}:){5}${LS32}|(?:${H16})?::(?:${H16}:){4}${LS32}` +
  `|(?:(?:${H16}:){0,1}${H16})?::(?:${H16}:){3}${LS32}|(?:(?:${H16}:){0,2}${H16})?::(?:${H16}:){2}${LS32}` +
  `|(?:(?:${H16}:){0,3}${H16})?::${H16}:${LS32}|(?:(?:${H16}:){0,4}${H16})?::${LS32}` +
  `|(?:(?:${H16}:){0,5}${H16})?::${H16}|(?:(?:${H16}:){0,6}${H16})?::)`;
// Third and fourth place are no hyphens together: such labels are kept for encoded names. Three labels of any length,
// or eight of up to 30, stay below 253 characters.
const label = (most: number) =>
  `(?:[A-Za-z0-9](?:[A-Za-z0-9-]?[A-Za-z0-9])?|[A-Za-z0-9][A-Za-z0-9-](?:[A-Za-z0-9][A-Za-z0-9-]|-[A-Za-z0-9])(?:[A-Za-z0-9-]{0,${most - 5}}[A-Za-z0-9])|[A-Za-z0-9][A-Za-z0-9-][A-Za-z0-9-][A-Za-z0-9])`;
const HOST = `(?:${label(63)}(?:\\.${label(63)}){0,2}|${label(30)}(?:\\.${label(30)}){3,7})`;
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const PCT = '%[0-9A-Fa-f]{2}';
const PCHAR = `(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|${PCT})`;
const SEGMENTS = `(?:/${PCHAR}*)*`;
const AUTHORITY = `(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|${PCT})*@)?(?:\\[${IPV6}\\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|${PCT})*)(?::[0-9]*)?`;
const TAIL = `(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?`;
const SCHEME = '[A-Za-z][A-Za-z0-9+.-]*';
const TIME_PART = 'T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)';
const DATE_PART = '(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)';

const whole = (pattern: string): string => `^(?:${pattern})$`;

export const FORMATS: Record<string, string> = {
  date: whole(YEAR_DAY),
  time: whole(CLOCK),
  'date-time': whole(`${YEAR_DAY}[Tt]${CLOCK}`),
  duration: whole(`P(?:${DATE_PART}(?:${TIME_PART})?|${TIME_PART}|[0-9]+W)`),
  email: whole(`${ATOM}(?:\\.${ATOM})*@${HOST}`),
  hostname: whole(HOST),
  ipv4: whole(IPV4),
  ipv6: whole(IPV6),
  uuid: whole('[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'),
  uri: whole(
    `${SCHEME}:(?://${AUTHORITY}${SEGMENTS}|/(?:${PCHAR}+${SEGMENTS})?|${PCHAR}+${SEGMENTS})?${TAIL}`,
  ),
};

/** Formats of the drafts that are not enforced. */
export const REFUSED_FORMATS = new Set([
  'idn-email',
  'idn-hostname',
  'iri',
  'iri-reference',
  'uri-reference',
  'uri-template',
  'json-pointer',
  'relative-json-pointer',
  'regex',
]);
