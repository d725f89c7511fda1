// Numbers of vehicles, by their label: those with a check or none.
import { defineLabelled, hasDigits, ID_VALUE } from '../define-labelled.ts';

export default defineLabelled({
  name: 'vehicle-number',
  type: 'VEHICLE_IDENTIFICATION_NUMBER',
  minDigits: 1,
  labels: [
    'vin',
    'vin no',
    'vin code',
    'fahrgestellnummer',
    'fahrgestell nr',
    'chassis no',
    'bastidor',
    'número de bastidor',
    'châssis',
    'numéro de châssis',
    'telaio',
    'chassisnummer',
  ],
  nouns: [
    'vehicle',
    'vehicle identification',
    'chassis',
    'engine',
    'frame',
    'fahrzeug',
    'vehículo',
    'vehiculo',
    'véhicule',
    'veicolo',
    'veículo',
    'voertuig',
  ],
  value: ID_VALUE,
  validate: hasDigits(4),
  examples: {
    match: [
      ['Chassis number: KA-21-44718', 'KA-21-44718'],
      ['VIN: 5GZCZ43D13S812716', '5GZCZ43D13S812716'],
      ['"vehicle_id": "VH-44821"', 'VH-44821'],
    ],
    noMatch: ['vehicle identification', 'vin rouge 2019x', 'engine number two'],
  },
});
