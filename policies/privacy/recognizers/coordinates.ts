// Places on earth as latitude and longitude, with four or more decimals (11 m) or in degrees, minutes and seconds.
import { defineRecognizer } from '../../../contract/recognizer.ts';
import { coordinateNumbers } from '../digit-places.ts';

export default defineRecognizer({
  name: 'coordinates',
  type: 'LOCATION_COORDINATES',
  minDigits: 3,
  places: coordinateNumbers,
  patterns: [
    {
      regex:
        /(?<![\w.,-])[-+]?(?:[1-8]?\d|90)\.\d{4,9}(?=[° ,NS+-])°?,? ?[NS]?,? ?[-+]?(?:1[0-7]\d|180|\d{1,2})\.\d{4,9}°?(?: ?[EWO])?(?![\w.])/g,
      score: 0.35,
    },
    {
      regex:
        /(?<![\w.])\d{1,2}° ?\d{1,2}['′] ?\d{1,2}(?:\.\d+)?["″] ?[NS],? ?\d{1,3}° ?\d{1,2}['′] ?\d{1,2}(?:\.\d+)?["″] ?[EWO]/g,
      score: 0.85,
    },
  ],
  context: [
    'gps',
    'coordinates',
    'coordinate',
    'lat',
    'latitude',
    'location',
    'lng',
    'longitude',
    'position',
    'koordinaten',
    'coordenadas',
    'coordonnées',
  ],
  examples: {
    match: [
      ['GPS: 52.520008, 13.404954', '52.520008, 13.404954'],
      ['at 40°26′46″N 79°58′56″W', '40°26′46″N 79°58′56″W'],
    ],
    noMatch: ['weights 0.1234, 0.5678', '52.52, 13.40'],
  },
});
