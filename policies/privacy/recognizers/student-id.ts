// Numbers of students, by their label.
import { defineLabelled, hasDigits, ID_VALUE } from '../define-labelled.ts';

export default defineLabelled({
  name: 'student-id',
  type: 'STUDENT_ID',
  minDigits: 1,
  labels: ['matrikelnummer', 'matrikel nr'],
  nouns: [
    'student',
    'pupil',
    'enrolment',
    'enrollment',
    'roll',
    'school',
    'estudiante',
    'alumno',
    'matrícula de alumno',
    'étudiant',
    'studente',
    'matricola',
    'aluno',
    'leerling',
    'indeksu',
  ],
  value: ID_VALUE,
  score: 0.65,
  validate: hasDigits(4),
  examples: {
    match: [
      ['Student ID: S1048213', 'S1048213'],
      ['Matrikelnummer 20194482', '20194482'],
      ['numéro étudiant : 20194482', '20194482'],
    ],
    noMatch: ['student number of all', 'student id required', 'roll number one'],
  },
});
