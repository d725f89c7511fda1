// Addresses and numbers that are reserved for examples and belong to nobody: a value of this shape parses where the real one
// would. Sources: RFC 2606 (.example), RFC 5737 and 3849 (documentation networks), RFC 7042 (documentation MACs), NANPA
// (555-0100 to 555-0199 are for fiction).

const AREAS = [202, 303, 404, 505, 606, 707, 808, 909];
const NETWORKS = ['192.0.2', '198.51.100', '203.0.113'];

const phone = (serial: number): string | null => {
  const area = AREAS[Math.floor((serial - 1) / 100)];
  return area === undefined ? null : `+1-${area}-555-${String(100 + ((serial - 1) % 100)).padStart(4, '0')}`;
};

const ip = (serial: number, value: string): string | null => {
  if (value.includes(':')) return serial <= 0xffff ? `2001:db8::${serial.toString(16)}` : null;
  const network = NETWORKS[Math.floor((serial - 1) / 254)];
  return network === undefined ? null : `${network}.${((serial - 1) % 254) + 1}`;
};

const MAKERS: Readonly<Record<string, (serial: number, value: string) => string | null>> = {
  EMAIL: (serial) => `mail${serial}@masked.example`,
  URL: (serial) => `https://masked-${serial}.example/`,
  PHONE: phone,
  IP_ADDRESS: ip,
  MAC_ADDRESS: (serial) => (serial <= 0xff ? `00:00:5e:00:53:${serial.toString(16).padStart(2, '0')}` : null),
};

/** The reserved value of a type. @param serial 1 ...; null where the type has no reserved ones, or no more of them */
export const reservedValue = (type: string, serial: number, value: string): string | null =>
  MAKERS[type]?.(serial, value) ?? null;

/** Gives each form the next reserved value that does not stand in the request already. */
export function reservedValues(
  isTaken: (text: string) => boolean,
): (type: string, value: string) => string | null {
  const last = new Map<string, number>();
  return (type, value) => {
    for (let serial = (last.get(type) ?? 0) + 1; ; serial += 1) {
      const text = reservedValue(type, serial, value);
      if (text === null) return null;
      last.set(type, serial);
      if (!isTaken(text)) return text;
    }
  };
}
