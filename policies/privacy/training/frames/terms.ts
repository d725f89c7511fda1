// Notes of clinics, courts and offices: abbreviations, learned words, amounts and headings in capitals, in which nobody is named, and
// the lines at their ends in which somebody is. {ABBR} is some capitals, {TERM} a learned word.
import type { Frames } from './_types.ts';

type Terms = Pick<Frames, 'prose' | 'plain'>;

export const TERMS: Record<string, Terms> = {
  en: {
    prose: [
      '‹Seen by|Reported by|Reviewed with|Dictated by|Referred to|Care of› ‹Dr.|Dr|Nurse|Prof.|›‹ |  ›{NAME}, ‹{ABBR}|MD|consultant|ward {NUM}›, {STREET}, {CITY}. ‹{ABBR}|{TERM}› ‹normal|pending|negative›.',
      '‹Correspondence|Author for correspondence|Contact›: {NAME}, Department of ‹Medicine|Surgery|Statistics|Law›, {COMPANY}, {ADDRESS}. E-mail: {EMAIL}',
    ],
    plain: [
      '‹Pt|Patient|She|He› ‹denies|reports|c/o|tolerated› {TERM}, ‹no|mild|known› {TERM}; {ABBR} {NUM}, {ABBR} ‹normal|wnl|neg|pending›, ‹start|stop|cont.› {TERM} {NUM} mg ‹bid|daily|po|prn›.',
      '‹An|The|Repeat|Initial› {ABBR} ‹scan|test|panel|report› ‹showed|excluded|confirmed› {TERM} of the ‹left|right|upper|lower› ‹eye|lung|region|side|arm›. ‹{TERM}|Internal Medicine|Intensive Care› was ‹consulted|informed›.',
      '{TERM}: {NUM} ‹mg/dl|mmol/l|U/l|%›; {TERM}: {NUM}; {ABBR}: {NUM} ‹mm|ng/ml›. ‹{TERM}s|Cultures|Serology› ‹positive|negative› for {TERM}.',
      'Under ‹Section|Article|Clause|Rule› {NUM} of the ‹Act|Code|Agreement|Order›, the ‹Lender|Court|Plaintiff|Tenant|Board› ‹may|shall› ‹dismiss|review|amend› the {ABBR} within {NUM} ‹days|Business Days›.',
      '‹How|Why|Where|When› ‹To|The|We|You› ‹Find|Keep|Need|Build|Lost› ‹Your|The|A|More› {WORD} ‹And|Without|In|After› ‹Every|Ten|No|Another› {WORD}',
      '‹Honestly|Basically|Anyway|Besides|Obviously|Alternatively|Likewise›, {ABBR} ‹costs|lost|made› {NUM} ‹million dollars|percent|euros|pounds› in {NUM} ‹days|hours|games|miles›.',
    ],
  },
  de: {
    prose: [
      '‹Befund|Diktat|Gesehen|Rücksprache|Überwiesen von|Zuweiser›: ‹Dr.|OA Dr.|Prof.|Frau Dr.|› {NAME}, ‹{ABBR}|Station {NUM}|Oberarzt›, {STREET}, {CITY}. {TERM} ‹unauffällig|negativ›.',
      '‹Korrespondenzadresse|Anschrift des Verfassers|Kontakt›: {NAME}, Institut für ‹Medizin|Statistik|Recht›, {COMPANY}, {ADDRESS}',
    ],
    plain: [
      '‹Pat.|Patient|Patientin› ‹klagt über|verneint|verträgt› {TERM}, ‹kein|leichtes› {TERM}; {ABBR} {NUM}, {ABBR} ‹o. B.|neg.|unauffällig›, {TERM} {NUM} mg ‹täglich|p. o.|b. Bed.›.',
      '‹Im|Das|Ein› {ABBR} ‹zeigt|zeigte|ergab› ‹eine|keine› {TERM} ‹am linken Auge|der rechten Lunge|im Bereich der Hand|des Oberarms›.',
      'Nach ‹§|Art.|Abs.› {NUM} {ABBR} ‹ist|bleibt› die ‹Klage|Frist|Berufung|Beschwerde|Abrede› ‹zulässig|unbegründet|gewahrt›; die ‹Kosten|Gebühren|Ansprüche› trägt die ‹Klägerin|Kasse|Antragsgegnerin›.',
      'Der ‹Umsatz|Schaden|Haushalt|Kurs|Preis› ‹stieg|sank|lag› ‹um|auf|bei› {NUM} ‹Millionen Euro|Prozent|Milliarden Dollar|Kilometer|Punkte|Seiten|Stunden|Tonnen›.',
      '‹Im|Am|Seit dem|Nach dem› ‹Krieg|Jahrhundert|Spiel|Winter|Abend|Tod des Vaters|Ende der Nacht› ‹verlor|fand|brauchte|baute› ‹der König|die Kirche|der Kritiker|das Dorf|die Luftwaffe|ein Mann› ‹Kraft|Geld|Frauen|Pflanzen|Tore|Boden›.',
      '‹Die|Eine|Ihre|Diese› ‹{WORD}-Gruppe|Film-Reihe|{ABBR}-Partei|{ABBR}-Kommission|Abschnitte|Farben› ‹der Insel|des Tages|der Frauen|im Wald› ‹gilt|galten|endet› als ‹Erfolg|Vorbild|Nische|Gast der Stadt›.',
    ],
  },
  es: {
    prose: [
      '‹Remitido por|Firmado|Informe de|Médico|Valorado por›: ‹Dr.|Dra.|D.|Dña.|Prof.|› {NAME}, ‹{ABBR}|Servicio de Urología|planta {NUM}›, {STREET}, {CITY}. {TERM} ‹normal|negativo›.',
      '‹Correspondencia|Dirección para correspondencia|Contacto›: {NAME}, Departamento de ‹Medicina|Cirugía|Derecho›, {COMPANY}, {ADDRESS}. Correo: {EMAIL}',
    ],
    plain: [
      '‹El paciente|La paciente|Paciente|Enfermo› ‹refiere|niega|presenta|tolera› {TERM}, ‹sin|con leve|con› {TERM}; {ABBR} {NUM}, {ABBR} ‹normal|negativo|pendiente›, ‹se pauta|se retira› {TERM} {NUM} mg ‹cada 8 horas|al día|vía oral›.',
      '‹Se realiza|Se solicita|La|Una|El› {ABBR} ‹torácica|abdominal|de control|urgente› ‹muestra|descarta|evidencia› {TERM} ‹aguda|benigna|lisa|izquierda› en ‹el ojo derecho|la región lumbar|el brazo|la zona›.',
      '{TERM}: {NUM} ‹mg/dl|mmol/l|UI/l|%›; {TERM}: {NUM}; {ABBR}: {NUM} ‹mm|ng/ml›. ‹{TERM}|Cultivo|Serología› ‹positivo|negativa› para {TERM}.',
      '‹Ingresa|Consulta|Acude|Comienza|Evoluciona› ‹en|por|al|con› ‹la unidad de críticos|{TERM}|la consulta de medicina|fiebre alta|el servicio de guardia›. ‹{TERM}|Exploración|Analítica|Tensión›: ‹sin cambios|normal|{NUM}›.',
      'Según el ‹artículo|apartado› {NUM} de la {ABBR}, el ‹Tribunal|Juzgado|Ministerio› ‹podrá|deberá› ‹archivar|revisar› la ‹demanda|causa›. Costó {NUM} ‹millones de pesos|euros|por ciento›.',
    ],
  },
  fr: {
    prose: [
      '‹Adressé par|Vu par|Signé|Compte rendu de› ‹Dr|le Dr|Pr|Mme|› {NAME}, ‹{ABBR}|service d’urologie|étage {NUM}›, {STREET}, {CITY}. {TERM} ‹normal|négatif›.',
    ],
    plain: [
      '‹Le patient|La patiente|Patient› ‹signale|présente|nie|tolère› ‹une|un› {TERM}, ‹sans|avec› {TERM} ; {ABBR} {NUM}, {ABBR} ‹normale|négatif›, {TERM} {NUM} mg ‹par jour|per os›.',
      '‹Une|Le|L’|Un› {ABBR} ‹de contrôle|initial|thoracique› ‹montre|élimine|confirme› ‹une|la› {TERM} de ‹l’œil droit|la région lombaire|la main›.',
      'Selon ‹l’article|l’alinéa› {NUM} du ‹Code|Règlement|Contrat›, ‹la Cour|le Tribunal|le Bailleur› ‹peut|doit› ‹rejeter|réviser› la ‹demande|requête› ; {NUM} ‹millions d’euros|pour cent|kilomètres›.',
    ],
  },
  it: {
    prose: [
      '‹Inviato da|Visto da|Firmato|Referto di› ‹Dott.|Dr.ssa|Prof.|› {NAME}, ‹{ABBR}|reparto di urologia|piano {NUM}›, {STREET}, {CITY}. {TERM} ‹normale|negativo›.',
    ],
    plain: [
      '‹Il paziente|La paziente|Pz.› ‹riferisce|presenta|nega|tollera› {TERM}, ‹senza|con› {TERM}; {ABBR} {NUM}, {ABBR} ‹nella norma|negativo›, {TERM} {NUM} mg ‹al giorno|per os›.',
      '‹La|Il|Una› {ABBR} ‹di controllo|toracica|urgente› ‹mostra|esclude|conferma› {TERM} ‹acuta|benigna› della ‹mano|regione lombare›.',
      'Ai sensi dell’art. {NUM} della {ABBR} il ‹Tribunale|Giudice|Locatore› ‹può|deve› ‹rigettare|rivedere› la ‹domanda|causa›; {NUM} ‹milioni di euro|per cento|chilometri›.',
    ],
  },
  pt: {
    prose: [
      '‹Encaminhado por|Visto por|Assinado|Relatório de› ‹Dr.|Dra.|Prof.|› {NAME}, ‹{ABBR}|serviço de urologia|andar {NUM}›, {STREET}, {CITY}. {TERM} ‹normal|negativo›.',
    ],
    plain: [
      '‹O paciente|A paciente|Paciente› ‹refere|apresenta|nega|tolera› {TERM}, ‹sem|com› {TERM}; {ABBR} {NUM}, {ABBR} ‹normal|negativo›, {TERM} {NUM} mg ‹por dia|via oral›.',
      '‹A|O|Uma› {ABBR} ‹de controle|torácica|urgente› ‹mostra|exclui|confirma› {TERM} ‹aguda|benigna› na ‹mão|região lombar›.',
      'Nos termos do art. {NUM} da {ABBR}, o ‹Tribunal|Juízo|Locador› ‹pode|deve› ‹rejeitar|rever› o ‹pedido|recurso›; {NUM} ‹milhões de reais|por cento|quilômetros›.',
    ],
  },
  nl: {
    prose: [
      '‹Verwezen door|Gezien door|Getekend› ‹Dr.|dr.|Prof.|› {NAME}, ‹{ABBR}|afdeling urologie|etage {NUM}›, {STREET}, {CITY}. {TERM} ‹normaal|negatief›.',
    ],
    plain: [
      '‹Patiënt|Pt.|De patiënte› ‹meldt|heeft|ontkent|verdraagt› {TERM}, ‹geen|lichte› {TERM}; {ABBR} {NUM}, {ABBR} ‹normaal|negatief›, {TERM} {NUM} mg ‹per dag|p.o.›.',
      'Op grond van ‹artikel|lid› {NUM} van de {ABBR} ‹kan|moet› de ‹Rechtbank|Raad|Verhuurder› het ‹verzoek|beroep› ‹afwijzen|herzien›; {NUM} ‹miljoen euro|procent|kilometer›.',
    ],
  },
  pl: {
    prose: [
      '‹Skierowany przez|Badał|Podpisano›: ‹dr|lek.|prof.|› {NAME}, ‹{ABBR}|oddział urologii|piętro {NUM}›, {STREET}, {CITY}. {TERM} ‹w normie|ujemny›.',
    ],
    plain: [
      '‹Pacjent|Pacjentka|Chory› ‹zgłasza|ma|neguje|toleruje› {TERM}, ‹bez|lekki› {TERM}; {ABBR} {NUM}, {ABBR} ‹w normie|ujemny›, {TERM} {NUM} mg ‹dziennie|doustnie›.',
      'Na podstawie art. {NUM} {ABBR} ‹Sąd|Urząd|Wynajmujący› ‹może|powinien› ‹oddalić|rozpatrzyć› ‹pozew|wniosek›; {NUM} ‹milionów euro|procent|kilometrów›.',
    ],
  },
};
