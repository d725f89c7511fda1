import { describe, expect, it } from 'vitest';
import { isNamePart } from '../../../../policies/privacy/name-places.ts';
import { nameFinder } from '../../../../policies/privacy/names.ts';
import { titledNames } from '../../../../policies/privacy/names-titled.ts';

const names = nameFinder(['PERSON', 'ADDRESS']);
const lists = { isName: () => false, isUsualWord: (word: string) => word === 'tomorrow' };
const found = (text: string): string[] => names.find(text).map(({ start, end }) => text.slice(start, end));

describe('persons with a title', () => {
  it.each([
    ['I spoke with Prof. King about the claim.', 'King'],
    ['Ms. Toy will call back tomorrow.', 'Toy'],
    ['Ich habe mit Frau May gesprochen.', 'May'],
    ['Prof. Dr. Gross ruft morgen zurück.', 'Gross'],
    ['Dhr. van der Pol belt morgen terug.', 'van der Pol'],
    ['Ik sprak met Mevr. van der Meulen gisteren.', 'van der Meulen'],
    ['Srta. Vanegas Lucio llamará mañana.', 'Vanegas Lucio'],
    ['Falei com Srta. Costa ontem.', 'Costa'],
    ['Avv. Fasoli richiamerà domani.', 'Fasoli'],
    ['Écris une courte lettre à Prof Olive Blanchard.', 'Olive Blanchard'],
  ])('%s', (text, name) => {
    expect(found(text).some((value) => value.endsWith(name))).toBe(true);
  });

  it.each([
    'Sehr geehrte Frau Ministerin, vielen Dank.',
    'Thank you, Mr. Speaker, for the floor.',
    'Negada pelo Sr. Governador do Distrito Federal.',
    'The function Mr.Value(x) and the type Dr_Rate are missing.',
    'Frau und Herr, Dame und König.',
    'DR. PROF. MR.',
  ])('finds nobody by the title: %s', (text) => {
    expect(titledNames(text, lists)).toEqual([]);
  });

  it('ends before a usual word that is no name', () => {
    expect(found('Can Dr. Okonkwo Tomorrow come?')).toEqual(['Okonkwo']);
  });

  it('leaves a street named after somebody to the address', () => {
    expect(found('It is at 12 Dr. Martin Luther King Jr. Blvd, Springfield, IL 62704.')).toHaveLength(1);
  });

  it('looks for no title elsewhere', () => {
    expect(['سيد', 'الدكتور', 'DVM'].map(isNamePart)).toEqual([false, false, false]);
    expect(['تميم', 'Toy'].map(isNamePart)).toEqual([true, true]);
  });

  it.each(['Dr. ', 'Dr. Van ', 'Mr van de la van ', 'Frau Aa-', "Mme D'", 'Prof. Dr. '])(
    'reads 1 MB of %j in linear time',
    (piece) => {
      const text = piece.repeat(1e6 / piece.length);
      const start = performance.now();
      titledNames(text, lists);
      expect(performance.now() - start).toBeLessThan(5000);
    },
  );
});
