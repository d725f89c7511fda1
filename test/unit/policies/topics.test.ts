import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOPICS } from '../../../contract/policy.ts';
import { topicsOf, topicsOfText } from '../../../policies/classify/topics.ts';

describe('topicsOfText', () => {
  it.each([
    ['health', 'The patient was diagnosed with type 2 diabetes and started on metformin.'],
    ['health', 'Der Patient klagt über Schmerzen; Befund der Untersuchung: Bluthochdruck.'],
    ['health', 'Le patient suit un traitement contre une maladie chronique.'],
    ['health', 'El paciente ingresó en urgencias con fiebre y dolor abdominal.'],
    ['health', 'Il paziente è ricoverato in ospedale per un intervento di chirurgia.'],
    [
      'legal',
      'Draft a reply to the plaintiff: our defendant denies all liability under clause 4 of the contract.',
    ],
    ['legal', 'Die Klägerin hat gegen das Urteil des Landgerichts Berufung eingelegt.'],
    ['legal', 'El abogado del demandado presentó un recurso ante el tribunal.'],
    ['finance', 'Why was my card payment declined, and when do I get the refund to my bank account?'],
    ['finance', 'Bitte buchen Sie die Rechnung und die Überweisung auf das Konto, mit Umsatzsteuer.'],
    ['finance', 'La facture doit être payée par virement avant le bilan.'],
    ['hr', 'Write a performance review for an employee who asks for a higher salary.'],
    ['hr', 'Die Mitarbeiterin hat Elternzeit beantragt; prüfe die Kündigungsfrist im Arbeitsvertrag.'],
    ['hr', 'El empleado fue despedido sin indemnización y reclama su salario.'],
    [
      'source_code',
      'export const add = (a: number, b: number): number => {\n  if (a === null) return b;\n  return a + b;\n};',
    ],
    [
      'source_code',
      'def mean(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total / len(xs) if xs else None',
    ],
    [
      'source_code',
      '#include <cstdio>\nint main(int argc, char** argv) { printf("%d\\n", argc); return 0; }',
    ],
  ])('%s: %s', (topic, text) => {
    expect(topicsOfText(text)).toContain(topic);
  });

  it.each([
    'What is the capital of France?',
    'Write a short poem about the sea in autumn.',
    'Translate this into German: The train leaves at nine.',
    'Set an alarm for seven, and play some music.',
    'Be patient and wait on the bank of the river.',
    'Explain what a function is in mathematics.',
    '[2024-03-01 12:00:01] INFO worker 3 started, queue depth 1/3',
    '{"name": "lamp", "color": "red", "size": [1, 2, 3], "tags": ["a", "b"]}',
    '',
  ])('nothing: %s', (text) => {
    expect(topicsOfText(text)).toEqual([]);
  });

  it('is total, and says the same the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const topics = topicsOfText(text);
        expect(topicsOfText(text)).toEqual(topics);
        expect(TOPICS.filter((topic) => topics.includes(topic))).toEqual(topics);
      }),
    );
  });

  it('asks more of a longer text: a word in passing is no topic', () => {
    const passing = 'My doctor recommended this beautiful place. ';
    const story =
      'We walked along the old road, and the children played near the water until the evening came. ';
    expect(topicsOfText(passing.repeat(2) + story.repeat(20))).toEqual([]);
  });
});

describe('topicsOf', () => {
  const patient = 'The patient was diagnosed with diabetes and takes insulin.';
  it('reads every message, parts and arguments of calls, in the order of TOPICS', () => {
    const call = {
      id: 'c',
      type: 'function',
      function: { name: 'f', arguments: JSON.stringify({ patient }) },
    };
    const contents = [
      { role: 'user' as const, content: 'The plaintiff filed a lawsuit in court.' },
      { role: 'user' as const, content: [{ type: 'text', text: patient }] },
    ];
    expect(topicsOf({ messages: contents })).toEqual(['health', 'legal']);
    expect(topicsOf({ messages: [{ role: 'assistant', content: null, tool_calls: [call] }] })).toEqual([
      'health',
    ]);
    expect(topicsOf({ messages: [] })).toEqual([]);
  });

  it('reads the newest messages of a long conversation, and both ends of a long text', () => {
    const filler = { role: 'user' as const, content: 'lorem ipsum '.repeat(5000) };
    const said = { role: 'user' as const, content: patient };
    expect(topicsOf({ messages: [filler, filler, filler, said] })).toEqual(['health']);
    expect(
      topicsOf({ messages: [{ role: 'user', content: `${'x '.repeat(9000)}${patient.repeat(30)}` }] }),
    ).toEqual([]);
    const long = `${'Insulin, diabetes, chemotherapy, dialysis, asthma, epilepsy, insulin, hepatitis. '.repeat(60)}${'x'.repeat(90_000)}`;
    expect(topicsOf({ messages: [{ role: 'user', content: long }] })).toEqual(['health']);
  });
});
