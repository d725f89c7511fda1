// Dates of birth: a date behind a word that says so. Other dates are date-time.ts.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { DATE } from '../dates.ts';

const LABELS =
  'date[ _-]?of[ _-]?birth|birth[ _-]?date|birthday|d\\.?o\\.?b\\.?|born|geburtsdatum|geboren|geb\\.|née?(?=[ :])|date de naissance|fecha de nacimiento|nacid[oa]|f\\. ?nac\\.?|data di nascita|nat[oa]|data de nascimento|nascid[oa]|geboortedatum|data urodzenia|ur\\.|生年月日|出生日期|дата рождения';

export default defineRecognizer({
  name: 'date-of-birth',
  type: 'DATE_OF_BIRTH',
  minDigits: 4,
  anchors: [
    ...'birth|born|geburtsdatum|geboren|geb.|naissance|nacimiento|nac|nascita|nato|nata|nascimento|nascid'.split(
      '|',
    ),
    ...'geboortedatum|urodzenia|ur.|dob|d.o|do.b|née|né |né:|生年月日|出生日期|дата рождения'.split('|'),
  ],
  lead: 24,
  tail: 96,
  patterns: [
    {
      regex: new RegExp(
        `(?<!\\p{L})(?:${LABELS})(?!\\p{Ll})["']?\\s{0,3}(?:[:=]|is|was|(?:on|am|le|el|il|em|op|dnia)(?= ))?\\s{0,3}["']?(?<value>${DATE})(?![\\p{L}\\d_])`,
        'giu',
      ),
      score: 0.95,
    },
  ],
  examples: {
    match: [
      ['DOB: 03/12/1984', '03/12/1984'],
      ['She was born on 5 May 1990 in Rome', '5 May 1990'],
      ['Fecha de nacimiento: 10/10/1963.', '10/10/1963'],
      ['geboren am 1. April 1971', '1. April 1971'],
      ['{"dateOfBirth": "1990-05-05"}', '1990-05-05'],
    ],
    noMatch: ['created: 03/12/1984', 'born to run', 'the stubborn 3/4/2020'],
  },
});
