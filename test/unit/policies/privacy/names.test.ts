import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../../contract/chat.ts';
import type { Finding } from '../../../../contract/recognizer.ts';
import { inspectRequest } from '../../../../policies/privacy/conversation.ts';
import { createLeakCheck } from '../../../../policies/privacy/leak-check.ts';
import { personParts } from '../../../../policies/privacy/name-extent.ts';
import { cjkExtent } from '../../../../policies/privacy/name-extent-cjk.ts';
import { findOtherPlaces, isSearchable } from '../../../../policies/privacy/name-places.ts';
import { nameFinder } from '../../../../policies/privacy/names.ts';
import { addAround } from '../../../../policies/privacy/overlaps.ts';
import { redactRequest } from '../../../../policies/privacy/redact.ts';
import { scanText } from '../../../../policies/privacy/scan.ts';
import { restoreText } from '../../../support/vault.ts';

const names = nameFinder(['PERSON', 'ADDRESS']);
const valuesOf = (text: string, findings: readonly Finding[]): string[] =>
  findings.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

const ask = (...messages: string[]): ChatRequest => ({
  model: 'auto',
  messages: messages.map((content) => ({ role: 'user', content })),
});
const textsOf = ({ messages }: ChatRequest): unknown[] => messages.map(({ content }) => content);

describe('nameFinder', () => {
  const text = 'My name is Anna Weber, I live at 12 Main Street, Springfield, IL 62704 and work in Berlin.';

  it('finds the types it is asked for', () => {
    expect(valuesOf(text, names.find(text))).toEqual([
      'PERSON Anna Weber',
      'ADDRESS 12 Main Street, Springfield, IL 62704',
    ]);
    expect(valuesOf(text, nameFinder(['LOCATION']).find(text))).toEqual(['LOCATION Berlin']);
    expect(nameFinder([]).find(text)).toEqual([]);
  });

  it.each([
    ['My name is Jean-Baptiste d’Artagnan.', ['PERSON Jean-Baptiste d’Artagnan']],
    ['Please call Anne-Marie de l’Estoile today.', ['PERSON Anne-Marie de l’Estoile']],
    ['Me llamo José Ortega y Gasset.', ['PERSON José Ortega y Gasset']],
    ['Karl Freiherr von und zu Guttenberg schrieb.', ['PERSON Karl Freiherr von und zu Guttenberg']],
    ['Ana López y María García llegan hoy.', ['PERSON Ana López', 'PERSON María García']],
  ])('takes a name to its end, and two persons for two: %s', (sentence, expected) => {
    expect(valuesOf(sentence, names.find(sentence))).toEqual(expected);
  });

  it.each([
    ['Eze. Haruto', ['Eze', 'Haruto']],
    ['Ms Lim. Apologies', ['Ms Lim', 'Apologies']],
    ['Prof. Keiko Matsuda', ['Prof. Keiko Matsuda']],
    ['Anna B. Weber', ['Anna B. Weber']],
    ['Dr. J. St. John', ['Dr. J. St. John']],
  ])('takes no name over the end of a sentence: %s', (name, expected) => {
    const text = `>${name}<`;
    const parts = personParts(text, 1, text.length - 1).map(([start, end]) => text.slice(start, end));
    expect(parts).toEqual(expected);
  });

  it('takes two forenames behind one another for two persons', () => {
    const thanks = 'I will be back on Monday. Thanks, Vince Traci, please have a look at the contract.';
    expect(valuesOf(thanks, names.find(thanks))).toEqual(['PERSON Vince', 'PERSON Traci']);
  });

  it('takes the surname with its particles behind forenames', () => {
    const text = 'Ask Miguel Ángel de la Torre y Vega, not Juan de los Santos.';
    expect(valuesOf(text, names.find(text))).toEqual([
      'PERSON Miguel Ángel de la Torre y Vega',
      'PERSON Juan de los Santos',
    ]);
  });

  it.each([
    ['María de la Cruz y Ortega firmó el contrato.', 'PERSON María de la Cruz y Ortega'],
    ['Carlos de la Fuente y Gómez no vino ayer.', 'PERSON Carlos de la Fuente y Gómez'],
    ['Pedro del Río y Blanco llegó tarde.', 'PERSON Pedro del Río y Blanco'],
  ])('takes two surnames joined by y for somebody, not for a firm: %s', (text, found) => {
    expect(valuesOf(text, names.find(text))).toEqual([found]);
  });

  it.each([
    ['見積もりの件で 富永 彩香 に返事をしたい。', 'PERSON 富永 彩香'],
    ['見積もりの件で 林 康平 に返事をしたい。', 'PERSON 林 康平'],
    ['担当は稲田　遥さんです。', 'PERSON 稲田　遥'],
    ['我想感谢王建国帮忙搬家。', 'PERSON 王建国'],
    ['我想感谢 姚茗泽 帮忙搬家。', 'PERSON 姚茗泽'],
    ['我想感谢 曹晓啸 帮忙搬家。', 'PERSON 曹晓啸'],
    ['이사를 도와준 경가은 선배에게 감사 인사를 적어 줘.', 'PERSON 경가은'],
    ['어제 남궁설아 씨가 전화했습니다.', 'PERSON 남궁설아'],
    ['이사를 도와준 심민아 선배에게 감사 인사를 적어 줘.', 'PERSON 심민아'],
  ])('takes names in Chinese, Japanese and Korean as a whole, and nothing beside them: %s', (text, found) => {
    expect(valuesOf(text, names.find(text))).toEqual([found]);
  });

  it('cuts the next word off a Chinese name, and nothing off a Japanese one', () => {
    const extent = (text: string, end: number) => cjkExtent(text, 0, end, () => false);
    expect(extent('王建国帮忙搬家', 4)).toEqual({ start: 0, end: 3 });
    expect(extent('山本大和に確認', 4)).toEqual({ start: 0, end: 4 });
  });

  it.each([
    '고객님, 사장님과 전공 선배에게 물어보세요.',
    '検索 結果 は 東京 大阪 の 順 です。',
    '文件 打开 失败，请 稍后 再 试。',
  ])('takes no word of these languages for somebody: %s', (text) => {
    expect(valuesOf(text, names.find(text))).toEqual([]);
  });

  it.each([
    ['Il habite rue Jean Moulin Dupont, 12, depuis deux ans.', 'ADDRESS rue Jean Moulin Dupont, 12'],
    ['Domicilio: Av. ventisquero de la condesa, 66, bajo.', 'ADDRESS Av. ventisquero de la condesa, 66'],
  ])('takes a street named after somebody, or in small letters, for an address: %s', (text, found) => {
    expect(valuesOf(text, names.find(text))).toContain(found);
  });

  it('takes the town behind an address, and the rest of its code, for parts of it', () => {
    for (const address of [
      '626 Alameda Xavier, 45098-671 Margarida do Descoberto',
      '7 Cromwell Road, SE3C 9CM Nitzsche-upon-Spencer',
    ]) {
      const text = `O pacote vai para ${address}, até sexta.`;
      expect(valuesOf(text, names.find(text))).toEqual([`ADDRESS ${address}`]);
    }
    const company = 'Our office is at 12 High Street. Siemens is next door.';
    expect(valuesOf(company, names.find(company))).toEqual(['ADDRESS 12 High Street']);
  });

  it('believes no places and companies in URLs, and no addresses without a number or a label in records', () => {
    const places = nameFinder(['LOCATION', 'ORGANIZATION', 'ADDRESS']);
    const url = 'See https://upload.example.org/thumb/Gfp-wisconsin-madison-the-nature-boardwalk.jpg for it.';
    expect(valuesOf(url, places.find(url))).toEqual([]);
    for (const record of [
      '{\n  \\"id\\": \\"user_abc123\\",\n  \\"name\\": \\"Ada Lovelace\\",\n  \\"email\\": \\"x\\"\n}',
      '{"id": "user_abc123", "name": "Ada Lovelace", "added_at": 1711471533, "object": "group.user"}',
    ])
      expect(places.find(record).filter(({ type }) => type === 'ADDRESS')).toEqual([]);
    const home = '{"id": 7, "address": "12 Main Street, Springfield, IL 62704", "object": "user"}';
    expect(valuesOf(home, places.find(home))).toEqual(['ADDRESS 12 Main Street, Springfield, IL 62704']);
  });

  it('takes a name of four words for one, a town for no address, and services for nobody', () => {
    const all = nameFinder();
    const name = 'Please ask Nguyễn Thị Minh Khai for the file.';
    expect(valuesOf(name, all.find(name))).toEqual(['PERSON Nguyễn Thị Minh Khai']);
    const weather = '{"description": "The city and state, e.g. San Francisco, CA"}';
    expect(valuesOf(weather, names.find(weather))).toEqual([]);
    expect(all.find('Run it on EKS behind an ALB.')).toEqual([]);
  });

  it('finds the same in a text that it has seen before, and in one that only looks like it', () => {
    const long = `${text}\n${'Nothing is said here about anybody. '.repeat(10)}`;
    const first = names.find(long);
    expect(first.length).toBe(2);
    expect(names.find(long)).toEqual(first);
    expect(valuesOf(`x ${long}`, names.find(`x ${long}`))).toEqual(valuesOf(long, first));
  });

  it('leaves the words of programs alone', () => {
    for (const code of ['this.mark = mark.length;', 'const anna_weber = $anna(weber[0]);', '@anna #weber'])
      expect(names.find(code)).toEqual([]);
  });

  it('finds no less with recall, no more with precision', () => {
    const chat = 'hey its josh, can you send the keys to priya? I met Rosario near Holloway yesterday';
    const [precise, balanced, open] = (['precision', 'balanced', 'recall'] as const).map(
      (point) => nameFinder(['PERSON'], point).find(chat).length,
    );
    expect(precise).toBeLessThanOrEqual(balanced as number);
    expect(balanced).toBeLessThanOrEqual(open as number);
  });
});

describe('addAround', () => {
  const finding = (type: string, start: number, end: number): Finding => ({
    type,
    start,
    end,
    score: 1,
    recognizer: 'x',
  });

  it('keeps of a finding what lies outside those that win', () => {
    const text = 'Jo Lee <jo@example.org> Rome';
    const mail = finding('EMAIL', 8, 22);
    expect(addAround([mail], [finding('PERSON', 0, 28)], text)).toEqual([
      finding('PERSON', 0, 6),
      mail,
      finding('PERSON', 24, 28),
    ]);
    expect(addAround([mail], [finding('PERSON', 9, 12)], text)).toEqual([mail]);
    expect(addAround([mail], [finding('PERSON', 0, 10)], text)).toEqual([finding('PERSON', 0, 6), mail]);
    expect(addAround([], [finding('PERSON', 0, 6)], text)).toEqual([finding('PERSON', 0, 6)]);
  });
});

describe('scanText with names', () => {
  it('prefers what a pattern found', () => {
    const text = 'Anna Weber <anna.weber@example.com> asked about DE89370400440532013000';
    expect(valuesOf(text, scanText(text, { names }))).toEqual([
      'PERSON Anna Weber',
      'EMAIL anna.weber@example.com',
      'IBAN DE89370400440532013000',
    ]);
  });

  it.each([
    ['CV_Anna_Weber.pdf', 'Anna_Weber'],
    ['attached: Maria_Garcia_contract_signed.docx', 'Maria_Garcia'],
    ['https://crm.example/search?q=Anna%20Weber&page=2', 'Anna%20Weber'],
    ['Dear team,\\nMartin Holloway has left.', 'Martin Holloway'],
    ['{\\u0022from\\u0022: \\u0022Martin Holloway\\u0022}', 'Martin Holloway'],
    ['\u001b[1mMartin Holloway\u001b[0m signed in', 'Martin Holloway'],
    // A line end before a bracket is no order to a terminal.
    ['see /a%20b for:\n[Martin Holloway] has left.', 'Martin Holloway'],
    ['It was _Martin Holloway_ who called.', 'Martin Holloway'],
    ['It was “Martin Holloway” who called.', 'Martin Holloway'],
  ])('finds the name in %j', (text, name) => {
    const at = text.indexOf(name);
    const covers = scanText(text, { names }).some(({ start, end }) => start <= at && end >= at + name.length);
    expect(covers).toBe(true);
  });

  it.each([
    'annual_report_2024.pdf',
    'Meeting_Notes_March.docx',
    'User_Guide_Windows.pdf',
    'src/Anna_Weber.ts',
  ])('finds nobody in %j', (text) => {
    expect(scanText(text, { names })).toEqual([]);
  });

  it('reads the name under which a text stands', () => {
    expect(scanText('Weber', { names, label: 'last_name' }).map(({ start, end }) => [start, end])).toEqual([
      [0, 5],
    ]);
  });

  it('drops what is below the least score, or of another type', () => {
    const text = 'Please call Anna Weber tomorrow.';
    expect(scanText(text, { names, types: new Set(['EMAIL']) })).toEqual([]);
    expect(scanText(text, { names, minScore: 1.01 })).toEqual([]);
  });
});

describe('findOtherPlaces', () => {
  const first = 'I spoke with José Müller.';
  const found: Finding = { type: 'PERSON', start: 13, end: 24, score: 0.95, recognizer: 'tagger' };
  const placesIn = (text: string, isWord = (_: string): boolean => false): string[] => {
    const texts = new Map<string, readonly Finding[]>([
      [first, [found]],
      [text, []],
    ]);
    findOtherPlaces(texts, isWord);
    return (texts.get(text) as Finding[]).map(({ start, end }) => text.slice(start, end));
  };

  it('finds parts, possessives, other case and other accents', () => {
    expect(placesIn('Müller came later.')).toEqual(['Müller']);
    expect(placesIn("Müller's car; Müllers Auto; MÜLLER!")).toEqual(['Müller', 'Müller', 'MÜLLER']);
    expect(placesIn('muller said so; jose muller too')).toEqual(['muller', 'muller']);
    expect(placesIn('jose muller')).toEqual(['muller']);
    expect(placesIn('Jose Muller')).toEqual(['Jose Muller']);
  });

  it('finds nothing inside words, identifiers and handles', () => {
    expect(placesIn('Müllerei, get_muller(), @muller, muller2')).toEqual([]);
  });

  it('takes no usual word for a name where it may be the word', () => {
    const isWord = (word: string): boolean => word === 'muller';
    expect(placesIn('Muller began. Then muller went on, and Muller left.', isWord)).toEqual(['Muller']);
  });

  it('does not trust a weak finding', () => {
    const texts = new Map<string, readonly Finding[]>([
      [first, [{ ...found, score: 0.6 }]],
      ['Müller', []],
    ]);
    findOtherPlaces(texts, () => false);
    expect(texts.get('Müller')).toEqual([]);
  });
});

describe('a conversation with names', () => {
  const request = ask(
    'My name is Margaret Holloway and I live at 12 Main Street, Springfield, IL 62704.',
    "Let Holloway write to the bank, in Margaret's words.",
  );

  it('goes out without them, the same name always as the same placeholder, and comes back', () => {
    const inspection = inspectRequest(request, { names });
    expect(inspection.counts).toEqual({ PERSON: 3, ADDRESS: 1 });
    expect(inspection.sensitivity).toBe('confidential');
    const { request: outgoing, vault } = redactRequest(request, inspection);
    expect(textsOf(outgoing)).toEqual([
      'My name is [PERSON_1] and I live at [ADDRESS_1].',
      "Let [PERSON_1b] write to the bank, in [PERSON_1c]'s words.",
    ]);
    const back = textsOf(outgoing).map((text) => restoreText(String(text), vault));
    expect(back).toEqual(textsOf(request));
    expect(createLeakCheck(vault)(JSON.stringify(outgoing))).toBeNull();
    expect(createLeakCheck(vault)(JSON.stringify(request))).toMatch(/ADDRESS|PERSON/);
  });

  it('keeps its numbers when it grows', () => {
    const longer = {
      ...request,
      messages: [...request.messages, ...ask('Also tell Tobias Brandt.').messages],
    };
    const [before, after] = [request, longer].map((each) =>
      textsOf(redactRequest(each, inspectRequest(each, { names })).request),
    );
    expect(after?.slice(0, 2)).toEqual(before);
    expect(after?.[2]).toBe('Also tell [PERSON_2].');
  });

  it('finds nothing without a finder', () => {
    expect(inspectRequest(request).counts).toEqual({});
  });

  it('leaves tool definitions and keys alone, and looks into what tools are given', () => {
    const tool = {
      type: 'function' as const,
      function: {
        name: 'find_person',
        description: 'Finds a person such as Harald Petersen.',
        parameters: { type: 'object', properties: { Anna: { type: 'string' } } },
      },
    };
    const call = {
      role: 'assistant' as const,
      content: null,
      tool_calls: [
        {
          id: 'c1',
          type: 'function' as const,
          function: { name: 'find_person', arguments: '{"full_name":"Margaret Holloway"}' },
        },
      ],
    };
    const withTool = { ...ask('Who is in?'), tools: [tool] } as ChatRequest;
    withTool.messages.push(call);
    const { request: outgoing } = redactRequest(withTool, inspectRequest(withTool, { names }));
    expect(outgoing.tools).toEqual([tool]);
    expect(JSON.stringify(outgoing.messages)).toContain('{\\"full_name\\":\\"[PERSON_1]\\"}');
  });

  it('does not refuse a request because a model or a role is called as somebody is', () => {
    const claude = ask('My name is Claude and my brother is Claude Moreau.');
    const { request: outgoing, vault } = redactRequest(claude, inspectRequest(claude, { names }));
    expect(textsOf(outgoing)[0]).not.toContain('Claude');
    expect(createLeakCheck(vault)(JSON.stringify({ ...outgoing, model: 'Claude' }))).toBeNull();
  });
});

describe('any conversation', () => {
  const piece = fc.constantFrom(
    ...'Anna Weber|Weber|weber|Jean-Luc Moreau|12 Main Street, Springfield, IL 62704|Lindenstraße 14\n50674 Köln|'.split(
      '|',
    ),
    ...'anna@example.org|[PERSON_1]|[EMAIL_2]|王小明|🙂|Dear Ms|called|from|, |.\n|"name": "|"}|the|Mark'.split(
      '|',
    ),
  );
  const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(' '));
  const finder = nameFinder();

  it('comes back byte for byte, and has nothing left to find or leak', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
        const request = ask(...texts);
        const { request: outgoing, vault } = redactRequest(
          request,
          inspectRequest(request, { names: finder }),
        );
        const back = textsOf(outgoing).map((part) => restoreText(String(part), vault));
        expect(back).toEqual(texts);
        expect(createLeakCheck(vault)(JSON.stringify(outgoing))).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('isSearchable', () => {
  it('is a name that does not look like any word', () => {
    expect(isSearchable('Weber', 'PERSON')).toBe(true);
    expect(isSearchable('anna weber', 'PERSON')).toBe(true);
    expect(isSearchable('王小明', 'PERSON')).toBe(true);
    expect(isSearchable('description', 'PERSON')).toBe(false);
    expect(isSearchable('jo@example.org', 'EMAIL')).toBe(true);
  });
});
