// A few frames each of languages beside the eight that are measured, so that their names and streets do not look foreign.
import type { Frames } from './_types.ts';

const frames = (
  locales: string[],
  prose: string[],
  labels: [name: string, address: string, city: string],
): Frames => ({
  locales,
  prose,
  fields: [
    [labels[0], 'NAME'],
    [labels[1], 'ADDRESS'],
    [labels[2], 'CITY'],
    ['E-mail', 'EMAIL'],
    ['Tel', 'PHONE'],
    ['ID', 'ID'],
  ],
  plain: ['{NUM} {WORD}, {DATE}', '{TECH} {NUM}'],
});

export const OTHERS: readonly Frames[] = [
  frames(
    ['sv'],
    [
      'Hej {FIRST}, skicka nyckeln till {NAME}, {ADDRESS}.',
      'Jag heter {NAME} och bor på {ADDRESS}.',
      'Patienten {NAME} från {CITY} träffade doktor {LAST}.',
      'Med vänlig hälsning\n{NAME}\n{COMPANY}',
      'igår ringde {INFORMAL} och frågade efter {INFORMAL}',
    ],
    ['Namn', 'Adress', 'Ort'],
  ),
  frames(
    ['da', 'nb_NO'],
    [
      'Hei {FIRST}, kan du sende pakken til {NAME}, {ADDRESS}?',
      'Jeg hedder {NAME} og bor på {ADDRESS}.',
      'Med vennlig hilsen\n{NAME}\n{COMPANY}',
      'i går ringte {INFORMAL} fra {CITY}',
      'Fru {LAST} arbejder hos {COMPANY} i {CITY}.',
    ],
    ['Navn', 'Adresse', 'By'],
  ),
  frames(
    ['cs_CZ', 'sk'],
    [
      'Vážený pane {LAST}, zásilka dorazí na adresu {ADDRESS}.',
      'Jmenuji se {NAME} a bydlím na adrese {ADDRESS}.',
      'S pozdravem\n{NAME}\n{COMPANY}',
      'ahoj {INFORMAL}, přijde i {INFORMAL}?',
      'Pacient {NAME} z {CITY} byl přijat.',
    ],
    ['Jméno', 'Adresa', 'Město'],
  ),
  frames(
    ['tr'],
    [
      'Merhaba, ben {NAME}, adresim {ADDRESS}.',
      'Sayın {LAST}, siparişiniz {ADDRESS} adresine gönderildi.',
      'Saygılarımla,\n{NAME}\n{COMPANY}',
      'selam {INFORMAL}, {INFORMAL} geliyor mu?',
      '{NAME} dün {CITY} şehrine taşındı.',
    ],
    ['Ad Soyad', 'Adres', 'Şehir'],
  ),
  frames(
    ['ro'],
    [
      'Bună {FIRST}, trimite coletul la {NAME}, {ADDRESS}.',
      'Mă numesc {NAME} și locuiesc în {ADDRESS}.',
      'Cu stimă,\n{NAME}',
      'Domnul {LAST} lucrează la {COMPANY} din {CITY}.',
    ],
    ['Nume', 'Adresă', 'Oraș'],
  ),
  frames(
    ['hu'],
    [
      'Kedves {FIRST}, kérem küldje a csomagot ide: {NAME}, {ADDRESS}.',
      '{NAME} vagyok, a címem {ADDRESS}.',
      'Üdvözlettel\n{NAME}',
    ],
    ['Név', 'Cím', 'Város'],
  ),
  frames(
    ['fi'],
    [
      'Hei {FIRST}, lähetä paketti: {NAME}, {ADDRESS}.',
      'Nimeni on {NAME} ja asun osoitteessa {ADDRESS}.',
      'Terveisin\n{NAME}',
    ],
    ['Nimi', 'Osoite', 'Kaupunki'],
  ),
  frames(
    ['id_ID', 'vi'],
    [
      'Halo {FIRST}, tolong kirim paket ke {NAME}, {ADDRESS}.',
      'Nama saya {NAME}, alamat saya {ADDRESS}.',
      'Tôi tên là {NAME}, sống tại {ADDRESS}.',
      'Hormat saya,\n{NAME}',
    ],
    ['Nama', 'Alamat', 'Kota'],
  ),
];
