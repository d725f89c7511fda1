// Terraform Cloud tokens: fourteen characters, `.atlasv1.`, the secret (HashiCorp documentation, "API tokens").
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { unlessMadeUp } from '../key-shape.ts';

export default defineRecognizer({
  name: 'terraform-cloud',
  type: 'API_KEY',
  anchors: ['.atlasv1.'],
  patterns: [
    {
      regex: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9=_-]{60,70}(?![A-Za-z0-9_-])/gi,
      score: 0.98,
    },
  ],
  validate: unlessMadeUp,
  examples: {
    match: [
      [
        'm6t78uhz909kjb.atlasv1.70skx7bsf49z2lh42fido1ngtltvhy02dxe8c5kpiaww3gd8iikmnbpv19tcsvib',
        'm6t78uhz909kjb.atlasv1.70skx7bsf49z2lh42fido1ngtltvhy02dxe8c5kpiaww3gd8iikmnbpv19tcsvib',
      ],
    ],
    noMatch: ['the file main.atlasv1.tf', 'xxxxxxxxxxxxxx.atlasv1.short'],
  },
});
