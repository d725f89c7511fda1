// The cases that users of other tools reported, by the numbers of the project's list of 42. Here those of finding; those of
// replacing and restoring are beside their code. The expectations are the reports'.
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../../contract/chat.ts';
import { inspectRequest } from '../../../../policies/privacy/conversation.ts';
import { customScan } from '../../../../policies/privacy/custom.ts';
import { nameFinder } from '../../../../policies/privacy/names.ts';
import { registry } from '../../../../policies/privacy/recognizers/_registry.gen.ts';
import { scanText } from '../../../../policies/privacy/scan.ts';
import { privacyOptions } from '../../../../router/config/privacy.ts';
import { configSchema } from '../../../../router/config/schema.ts';

const names = nameFinder();
const found = (text: string): string[] =>
  scanText(text, { names }).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
const types = (text: string): string[] => scanText(text, { names }).map(({ type }) => type);
const covers = (text: string, value: string, type?: string): boolean => {
  const at = text.indexOf(value);
  return scanText(text, { names }).some(
    (finding) =>
      finding.start <= at &&
      finding.end >= at + value.length &&
      (type === undefined || finding.type === type),
  );
};
/** With what the gateway looks for when the config says nothing. */
const defaults = privacyOptions(configSchema.parse({}), []);
const foundByDefault = (text: string): string[] =>
  scanText(text, { ...defaults, names }).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

describe('hard cases: nothing private', () => {
  it.each([
    ['6033391'],
    ['-0.96'],
    ['The sum is 6033391 and the factor -0.96.'],
    ['08:51:06 worker 3 started'],
    ['08:51:06,123 [main] file.txt...read'],
  ])('1. bare integers, decimals and log times: %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('2. `96c` is no person', () => {
    expect(found('96c')).toEqual([]);
    expect(found('Heat the oven to 96c for ten minutes.')).toEqual([]);
  });

  it.each(['INTRODUCTORY', 'A1', 'H1', 'driver license INTRODUCTORY', 'LICENSE A1', 'CHAPTER H1'])(
    '3. upper-case words are no driver licence: %j',
    (text) => {
      expect(types(text)).not.toContain('DRIVER_LICENSE');
    },
  );

  it.each([
    'id 123e4567-e89b-12d3-a456-426614174000',
    'phone record f47ac10b-58cc-4372-8567-0e02b2c3d479',
    'contact 00112233-4455-6677-8899-123456789012',
    'call {6F9619FF-8B86-D011-B42D-00C04FC964FF}',
  ])('4. a part of a GUID is no phone number: %j', (text) => {
    expect(types(text)).not.toContain('PHONE');
  });

  it.each([
    '2024-03-01 12:00:01.123 ConfigManager.cpp:196 loaded revision 1007919 of 7701',
    '[1709294401123] pid=3001 trace=00009e3779b1 queue depth 1/3',
    'Mar  1 12:00:01 host42 sshd[31337]: session opened, uid=0',
    'I0301 12:00:01.123456 31337 server.cc:88] listening on port 8080',
  ])('5. numbers, times and files of logs: %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('6. `C4`, `S3` and `EKS` of agent traffic', () => {
    expect(found('Draw a C4 diagram; store it in S3 and run it on EKS with an ALB.')).toEqual([]);
  });

  it('7. a system prompt and the ids of the protocol', () => {
    expect(found('You are a helpful assistant.')).toEqual([]);
    for (const id of [
      'chatcmpl-9zX2kQmB7aTq1',
      'call_8Kq2ZxPmWv31',
      'msg_01XFDUDYJgAACzvnptvVoYEL',
      'run_abc123',
    ])
      expect(found(`previous ${id} done`)).toEqual([]);
  });

  it('8. addresses and settings of fixtures; machines of one’s own by the never list', () => {
    expect(found('from noreply@shop.de to user@example.com')).toEqual([]);
    expect(found('DB_USERNAME=\nDB_PASSWORD=\n')).toEqual([]);
    const scan = customScan({ always: [], never: ['10.1.2.3'], recognizers: [] });
    expect(scan('10.1.2.3 and 10.1.2.4')).toMatchObject([{ start: 13, end: 21 }]);
  });

  it('9. administrative dates stay, dates of birth do not', () => {
    expect(foundByDefault('Issued on 2024-01-15, valid until 15 January 2034.')).toEqual([]);
    expect(foundByDefault('Date of birth: 15.01.1984, issued 2024-01-15')).toEqual([
      'DATE_OF_BIRTH 15.01.1984',
    ]);
  });

  it.each([
    'OPENAI_API_KEY=YOUR_API_KEY',
    'aws_access_key_id = AKIAIOSFODNN7EXAMPLE',
    'key = AKIAXXXXXXXXXXXXXXXX',
    'Authorization: Bearer $TOKEN',
    'password: "<your password>"',
    'token = "sk-..."',
    'api_key: ${API_KEY}',
  ])('10. placeholders are no secrets: %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('11. pictures and files in Base64 stay as they are', () => {
    const png = `iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk${'AKIA4QZX7LMNP2RSTUVW'}+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==`;
    const request = {
      model: 'auto',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
            { type: 'input_audio', input_audio: { data: png.repeat(3), format: 'wav' } },
            { type: 'file', file: { file_data: `data:application/pdf;base64,${png}` } },
          ],
        },
      ],
    } as unknown as ChatRequest;
    expect(inspectRequest(request).values.size).toBe(0);
  });
});

describe('hard cases: private', () => {
  it.each([
    ['my name is anna weber and i live in hamburg', 'anna weber'],
    ['MY NAME IS JOHN SMITH AND I NEED HELP', 'JOHN SMITH'],
    ['please forward this to maria garcia lopez asap', 'maria garcia lopez'],
    ['DEAR MR. ROBERT JOHNSON, YOUR ORDER IS READY', 'ROBERT JOHNSON'],
  ])('12. names in capitals and in lower case: %j', (text, name) => {
    expect(covers(text, name, 'PERSON')).toBe(true);
  });

  it.each([
    ['The report was written by John F. Kennedy jr. in 1962.', 'John F. Kennedy jr.'],
    ['Contact Mary J. Watson about it.', 'Mary J. Watson'],
    ['Signed, Martin L. King Jr.', 'Martin L. King Jr.'],
  ])('13. middle initials and jr.: %j', (text, name) => {
    expect(covers(text, name, 'PERSON')).toBe(true);
  });

  it.each([
    ['My colleague Oluwaseun Adebayo will call you tomorrow.', 'Oluwaseun Adebayo'],
    ['Please ask Nguyễn Thị Minh Khai for the file.', 'Nguyễn Thị Minh Khai'],
    ['The patient, Rajesh Krishnamurthy, was admitted.', 'Rajesh Krishnamurthy'],
    ['Best regards, Fatima Al-Zahra', 'Fatima Al-Zahra'],
    ['I spoke to Kwame Nkrumah-Mensah yesterday.', 'Kwame Nkrumah-Mensah'],
    ['Wang Xiaoming sent me the contract.', 'Wang Xiaoming'],
    ['Yuki Tanaka joined the meeting.', 'Yuki Tanaka'],
    ['Send it to Aleksandra Wiśniewska, please.', 'Aleksandra Wiśniewska'],
  ])('14. names of all countries: %j', (text, name) => {
    expect(covers(text, name, 'PERSON')).toBe(true);
  });

  it('15. invisible characters inside a value', () => {
    expect(found('write to jo\u200bhn.doe@exam\u200dple.org')).toEqual([
      'EMAIL jo\u200bhn.doe@exam\u200dple.org',
    ]);
    expect(found('4111\u20601111\u20601111\u20601111')).toEqual([
      'CREDIT_CARD 4111\u20601111\u20601111\u20601111',
    ]);
  });

  it('16. look-alike letters and digits of full width', () => {
    expect(found('write to jоhn.dое@ехamplе.org')).toEqual(['EMAIL jоhn.dое@ехamplе.org']);
    expect(found('SSN ２１９－０９－９９９８')).toEqual(['US_SSN ２１９－０９－９９９８']);
    expect(found('card ٤١١١ ١١١١ ١١١١ ١١١١')).toEqual(['CREDIT_CARD ٤١١١ ١١١١ ١١١١ ١١١١']);
  });

  it('17. percent-encoded and Base64', () => {
    expect(found('/search?q=john.doe%40corp.example&x=1')).toEqual(['EMAIL john.doe%40corp.example']);
    const encoded = Buffer.from('contact: john.doe@corp.example').toString('base64');
    expect(found(`payload ${encoded}`)).toEqual([`EMAIL ${encoded}`]);
  });

  it('18. e-mail addresses of international domains', () => {
    expect(found('to info@müller.example or jörg@xn--mller-kva.example')).toEqual([
      'EMAIL info@müller.example',
      'EMAIL jörg@xn--mller-kva.example',
    ]);
    expect(found('mailto:用户@例子.公司')).toEqual(['EMAIL 用户@例子.公司']);
  });

  it('19. IPv4 addresses mapped into IPv6', () => {
    expect(found('peer [::ffff:203.0.113.45] closed')).toEqual(['IP_ADDRESS ::ffff:203.0.113.45']);
    expect(found('from ::ffff:c000:0280')).toEqual(['IP_ADDRESS ::ffff:c000:0280']);
    expect(found('64:ff9b::192.0.2.33')).toEqual(['IP_ADDRESS 64:ff9b::192.0.2.33']);
  });

  // Published numbers: of the offices' own documentation, and of the SWIFT registry.
  it.each([
    ['PESEL 44051401359', 'PL_PESEL'],
    ['PESEL: 02070803628', 'PL_PESEL'],
    ['ACN 000 000 019', 'AU_ACN'],
    ['ACN 005 499 981', 'AU_ACN'],
    ['steuerlich 86 095 742 719 IdNr', 'DE_TAX_ID'],
    ['IBAN BI4210000100010000332045181', 'IBAN'],
    ['IBAN DJ2100010000000154000100186', 'IBAN'],
    ['IBAN RU0204452560040702810412345678901', 'IBAN'],
    ['IBAN SO211000001001000100141', 'IBAN'],
    ['IBAN NI45BAPR00000013000003558124', 'IBAN'],
  ])('20. checksums that others had wrong: %j', (text, type) => {
    expect(types(text)).toEqual([type]);
  });

  it('36. the same text has the same label everywhere', () => {
    const request = {
      model: 'auto',
      messages: [
        { role: 'user', content: 'My SSN is 219-09-9998.' },
        { role: 'assistant', content: 'Noted: 219-09-9998' },
        { role: 'user', content: 'Again: 219-09-9998 and "219-09-9998".' },
      ],
    } as ChatRequest;
    expect(inspectRequest(request).counts).toEqual({ US_SSN: 1 });
  });
});

describe('hard cases: time', { timeout: 60_000 }, () => {
  /** Processor time in ms, the best of five: other work comes and goes. */
  const timeOf = (run: () => unknown): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i += 1) {
      const start = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(start);
      best = Math.min(best, (user + system) / 1000);
    }
    return best;
  };

  it.each(['http://a.', 'http://', 'www.', 'https://x:', 'http://a-', 'HTTP://%'])(
    '38. an address that goes on and on takes linear time: %j',
    (seed) => {
      const scan = (length: number) => () => scanText(seed.repeat(length / seed.length));
      timeOf(scan(10_000));
      expect(timeOf(scan(400_000))).toBeLessThan(10 * timeOf(scan(100_000)) + 20);
    },
  );

  it('39. a large input takes time in proportion', () => {
    const pieces = Object.values(registry).flatMap(({ examples }) => examples.match.map(([text]) => text));
    const text = (length: number): string =>
      `${pieces.join('\n')}\n`.repeat(Math.ceil(length / 20_000)).slice(0, length);
    const [small, large] = [text(200_000), text(800_000)];
    timeOf(() => scanText(small));
    expect(timeOf(() => scanText(large))).toBeLessThan(10 * timeOf(() => scanText(small)) + 20);
  });
});
