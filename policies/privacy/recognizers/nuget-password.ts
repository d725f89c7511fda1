// Passwords of package sources in nuget.config (Microsoft Learn, "nuget.config reference").
import { defineRecognizer } from '../../../contract/recognizer.ts';

export default defineRecognizer({
  name: 'nuget-password',
  type: 'PASSWORD',
  anchors: ['<add key='],
  patterns: [
    {
      regex: /<add key="(?:ClearText)?Password"\s{0,20}value="(?<value>(?!\[[A-Z]{3,12}_\d)[^"\n]{8,200})"/gi,
      score: 0.95,
    },
  ],
  validate: (value) => (/^(?:%|\$|\{)|password$/i.test(value) ? false : null),
  examples: {
    match: [['<add key="ClearTextPassword" value="WPl3yeMZduS" />', 'WPl3yeMZduS']],
    noMatch: [
      '<add key="Password" value="%NUGET_PASSWORD%" />',
      '<add key="Username" value="WPl3yeMZduS" />',
      '<add key="Password" value="[PASSWORD_1]" />',
    ],
  },
});
