// Beside the letters and forms of each language: persons as news and reports name them (an office before the name, a verb of saying
// behind it), and lines with capitals and colons in which nobody is named. `‹a|b›` is one of both.
import type { Frames } from './_types.ts';
import { TERMS } from './terms.ts';

type More = Omit<Frames, 'locales'>;

export const MORE: Record<string, More> = {
  en: {
    prose: [
      '‹Prime Minister|Senator|President|Coach|Judge|Governor|Detective|Captain|Secretary of State|Mayor|Bishop› ‹{LAST}|{NAME}› ‹said|told reporters|announced|denied|warned› on ‹Monday|Tuesday|Friday|Sunday› that the talks in {CITY} had failed.',
      '{LAST} ‹scored|won|resigned|retired|apologised|disagreed|returned›, while {NAME} ‹finished third|stayed away|was injured|took over›.',
      '‹The singer|Author|Director|Defender|Economist|The former minister|Striker|Photographer› {NAME} was born in {CITY} in ‹1948|1961|1975|1987›.',
      'In ‹1912|1934|1968|2004›, {NAME} moved to {CITY}, where {LAST} ‹studied law|met {NAME}|opened a shop|taught until 1990›.',
      '‹Album|Novel|Film|Report› by {NAME} and {NAME}, with {NAME} on ‹drums|vocals|camera|bass›.',
      '"It was ‹close|hard|fine›," ‹said|says|added› {NAME}, ‹who lives in {CITY}|a spokesman for {COMPANY}|56›.',
      '{LAST} and {LAST} (‹1998|2011›) show that the effect ‹holds|is small|does not last›.',
    ],
    fields: [
      ['Sex', '=M|F|Male|Female'],
      ['Status', '=Active|Open|Closed|Pending|Married|Single'],
      ['Priority', '=High|Low|Medium'],
      ['Department', '=Sales|Urology|Human Resources|Finance|Legal|Cardiology|Surgery'],
      ['Diagnosis', '=Asthma|Fracture|Diabetes|Sepsis|Migraine|Chronic Bronchitis'],
      ['Occupation', 'JOB'],
      ['Product', 'PRODUCT'],
      ['Language', '=English|German|French|Polish|Spanish'],
      ['Physician', 'NAME'],
      ['Referred by', 'NAME'],
      ['Approved by', 'NAME'],
      ['Title', '=Monthly Report|Annual Review|Retrieve File|Update Settings|Release Notes'],
      ['Summary', '=Create Container|Delete File|List Users|Get Started|Quick Start'],
    ],
    plain: [
      '‹Note|Warning|Summary|Result|Drying|Storage|Background|Methods|Conclusion|Treatment|Key Points|Overview|Plan|Step One|Search History|Daily Tip›: ‹keep it dry|this is the main point|see below|none|check the settings first›.',
      '‹Lately|However|Today|Meanwhile|Afterwards|Frankly|Overall|Tonight|Honestly|Perhaps›, the ‹results|prices|numbers|symptoms|answers› were ‹better|worse|normal|clear›.',
      '{NUM}. ‹Cleaning|Morning Routine|Tire Pressure|Core Values|Final Check|Next Steps|Budget›: ‹do it twice a week|optional|as discussed›.',
      '‹The|An|Each› {WORD} ‹Object|Event|Request|Session|Header|Key|Grader|Tool› is ‹returned|required|sent› when the ‹API|VAD|SIP|SDK|CLI|DTMF› ‹starts|fails|is enabled›.',
    ],
  },
  de: {
    prose: [
      '‹Der Minister|Ministerpräsident|Bundeskanzler|Trainer|Regisseur|Der Sprecher|Bürgermeister|Fraktionschef|Schriftsteller|Sängerin|Der Abgeordnete|Richterin|Stürmer|Autor|Vorstandschef› ‹{LAST}|{NAME}› ‹sagte|erklärte|betonte|meinte|kritisierte|bestätigte|kündigte an›, dass die Gespräche in {CITY} ‹scheiterten|beginnen|dauern›.',
      '‹FDP-|SPD-|EU-|Grünen-|Ex-›‹Fraktionschef|Sprecher|Kandidat|Chef|Trainer› {NAME} ‹forderte|lobte|verließ› ‹die Partei|den Plan|das Treffen›.',
      '{LAST} ‹sagte|erklärte|meinte|bestätigte|widersprach|schwieg|siegte|verlor|trat zurück›, {LAST} ‹blieb|kam später|klagt›.',
      'Nach ‹dem Sieg|der Wahl|der Sitzung|dem Spiel› ‹gratulierte|dankte|antwortete|folgte› {LAST} ‹der Mannschaft|seinen Wählern|dem Ausschuss|der Polizei›.',
      '‹Im Jahr|Um› ‹1848|1912|1966|1987› ‹heiratete|gründete|malte|schrieb|verließ› {NAME} ‹die Schule|das Werk|eine Fabrik|ein Buch› in {CITY}.',
      'Denn {LAST}s ‹Stimme|Vorschlag|Mannschaft|Buch|Haus› ‹ist neu|war teuer|blieb geheim›, so {NAME}.',
      '‹Mit|Von|Durch› {NAME} (‹CDU|SPD|Grüne|FDP|34›) und {NAME} ‹spielt|sprach|arbeitet› die ‹Partei|Band|Gruppe› in {CITY}.',
      '{NAME} (* ‹12. Mai|3. Oktober› ‹1921|1953› in {CITY}) ist ‹ein Maler|eine Politikerin|ein Fußballspieler|eine Schauspielerin›.',
      '"Das ist ‹gut|falsch|neu›", ‹sagt|so|erklärt› ‹{LAST}|{NAME}›.',
    ],
    fields: [
      ['Geschlecht', '=M|W|männlich|weiblich'],
      ['Status', '=Offen|Erledigt|Verheiratet|Ledig|Aktiv'],
      ['Beruf', '=Maurer|Lehrerin|Softwareentwickler|Rentner|Krankenschwester'],
      ['Abteilung', '=Vertrieb|Urologie|Personal|Einkauf|Chirurgie'],
      ['Diagnose', '=Asthma|Fraktur|Diabetes|Migräne'],
      ['Sachbearbeiter', 'NAME'],
      ['Hausarzt', 'NAME'],
      ['Betreff', '=Mahnung|Ihre Anfrage|Kündigung|Angebot|Termin'],
    ],
    plain: [
      '‹Die|Eine|Jede|Keine› ‹Polizei|Stadt|Regierung|Behörde|Zeitung|Mannschaft|Prüfung› ‹sucht|braucht|verlor|plant› ‹Zeugen|Geld|Hilfe|Dosen|Briefe|Mieter|Vermieter|Gäste|Daten›.',
      '‹Hinweis|Achtung|Ergebnis|Ziel|Fazit|Befund|Verlauf|Zusammenfassung|Vorgehen|Frage›: ‹siehe Anlage|keine Auffälligkeiten|bitte prüfen|in Arbeit›.',
      '‹Sowohl|Bisher|Besonders|Dennoch|Gestern|Meist› ‹das Frühstück|der Mieter|die Flöte|das Zentrum|die Therapie|der Verkehr› ‹wie auch der Preis|in der Stadt|auf frischer Tat› ‹war gut|überrascht|bleibt gleich›.',
    ],
  },
  es: {
    prose: [
      '‹El ministro|La presidenta|El entrenador|El alcalde|La cantante|El juez|El portavoz|El escritor|La doctora› ‹{LAST}|{NAME}› ‹dijo|afirmó|anunció|negó|explicó› que las conversaciones en {CITY} ‹fracasaron|empiezan|siguen›.',
      '{LAST} ‹ganó|perdió|dimitió|marcó|respondió›, mientras {NAME} ‹se quedó en casa|llegó tarde|fue tercero›.',
      'En ‹1912|1948|1975›, {NAME} ‹fundó|dejó|compró|escribió› ‹un taller|la escuela|una novela› en {CITY}.',
      '«Es ‹normal|difícil|falso›», ‹dijo|señala|añade› {NAME}, ‹vecino de {CITY}|de {COMPANY}|de 43 años›.',
    ],
    fields: [
      ['Sexo', '=H|M|H.|M.|Mujer|Varón|F.'],
      ['Estado civil', '=Casado|Soltera|Viuda|Divorciado'],
      ['Servicio', '=Urología|Cirugía|Pediatría|Urgencias|Nefrología|Ventas'],
      ['Profesión', '=Albañil|Maestra|Jubilado|Enfermera'],
      ['Diagnóstico', '=Asma|Fractura|Diabetes|Neumonía|Hipertensión'],
      ['Médico', 'NAME'],
      ['Responsable', 'NAME'],
      ['Asunto', '=Reclamación|Su solicitud|Factura|Cita'],
    ],
    plain: [
      '‹Nota|Aviso|Resultado|Objetivo|Conclusión|Exploración|Evolución|Tratamiento|Antecedentes|Pregunta|Pruebas›: ‹sin hallazgos|véase el anexo|dentro de lo normal|pendiente›.',
      '‹Hasta|Actualmente|Además|Posteriormente|Finalmente|Durante› ‹la fecha|el ingreso|la noche|el control›, ‹el paciente|la paciente|el enfermo› ‹mejoró|no presentó fiebre|recibió el alta|sigue estable›.',
      '‹Mujer|Varón|Paciente|Niño› de {NUM} años ‹sin antecedentes|con dolor|con fiebre de 3 días|hipertenso›. ‹Analítica|Ecografía|Radiografía|Biopsia|Analgesia›: ‹normal|sin cambios|positiva›.',
    ],
  },
  fr: {
    prose: [
      "‹Le ministre|La présidente|L’entraîneur|Le maire|La chanteuse|Le juge|Le porte-parole|L'écrivain|Le député› ‹{LAST}|{NAME}› a ‹déclaré|annoncé|affirmé|expliqué› que les discussions à {CITY} ‹ont échoué|commencent›.",
      '{LAST} ‹a gagné|a démissionné|a répondu|a marqué›, tandis que {NAME} ‹est resté chez lui|a pris la suite›.',
      'En ‹1912|1948|1975›, {NAME} ‹fonda|quitta|acheta|écrivit› ‹un atelier|l’école|un roman› à {CITY}.',
      '« C’est ‹normal|difficile|faux› », ‹dit|ajoute|précise› {NAME}, ‹habitant de {CITY}|de {COMPANY}|43 ans›.',
    ],
    fields: [
      ['Sexe', '=H|F|Masculin|Féminin'],
      ['État civil', '=Marié|Célibataire|Veuve'],
      ['Service', '=Urologie|Chirurgie|Ventes|Ressources humaines'],
      ['Profession', '=Maçon|Infirmière|Retraité|Enseignante'],
      ['Diagnostic', '=Asthme|Fracture|Diabète'],
      ['Médecin traitant', 'NAME'],
      ['Responsable', 'NAME'],
      ['Objet', '=Relance|Votre demande|Résiliation'],
    ],
    plain: [
      '‹Note|Attention|Résultat|Objectif|Conclusion|Examen|Traitement|Question›‹:| :› ‹voir annexe|sans particularité|à vérifier›.',
      '‹Actuellement|Cependant|Ensuite|Finalement|Hier|Pendant›, ‹la ville|le patient|le marché|l’équipe› ‹va mieux|reste stable|attend›.',
    ],
  },
  it: {
    prose: [
      "‹Il ministro|La presidente|L'allenatore|Il sindaco|La cantante|Il giudice|Il portavoce|Lo scrittore› ‹{LAST}|{NAME}› ha ‹detto|annunciato|spiegato|negato› che i colloqui a {CITY} ‹sono falliti|cominciano›.",
      '{LAST} ‹ha vinto|si è dimesso|ha risposto|ha segnato›, mentre {NAME} ‹è rimasta a casa|è arrivato terzo›.',
      'Nel ‹1912|1948|1975› {NAME} ‹fondò|lasciò|comprò|scrisse› ‹una bottega|la scuola|un romanzo› a {CITY}.',
      '«È ‹normale|difficile|falso›», ‹dice|aggiunge|spiega› {NAME}, ‹di {COMPANY}|43 anni›.',
    ],
    fields: [
      ['Sesso', '=M|F|Maschio|Femmina'],
      ['Stato civile', '=Coniugato|Nubile|Vedova'],
      ['Reparto', '=Urologia|Chirurgia|Vendite|Personale'],
      ['Professione', '=Muratore|Infermiera|Pensionato'],
      ['Diagnosi', '=Asma|Frattura|Diabete'],
      ['Medico curante', 'NAME'],
      ['Referente', 'NAME'],
      ['Oggetto', '=Sollecito|La sua richiesta|Disdetta'],
    ],
    plain: [
      '‹Nota|Attenzione|Risultato|Obiettivo|Conclusione|Esame|Terapia|Domanda›: ‹vedi allegato|nella norma|da verificare›.',
      '‹Attualmente|Tuttavia|Poi|Infine|Ieri|Durante la notte›, ‹la città|il paziente|il mercato|la squadra› ‹sta meglio|resta stabile|aspetta›.',
    ],
  },
  pt: {
    prose: [
      '‹O ministro|A presidente|O treinador|O prefeito|A cantora|O juiz|O porta-voz|O escritor› ‹{LAST}|{NAME}› ‹disse|anunciou|explicou|negou› que as conversas em {CITY} ‹falharam|começam›.',
      '{LAST} ‹venceu|demitiu-se|respondeu|marcou›, enquanto {NAME} ‹ficou em casa|chegou em terceiro›.',
      'Em ‹1912|1948|1975›, {NAME} ‹fundou|deixou|comprou|escreveu› ‹uma oficina|a escola|um romance› em {CITY}.',
    ],
    fields: [
      ['Sexo', '=M|F|Masculino|Feminino'],
      ['Estado civil', '=Casado|Solteira|Viúva'],
      ['Setor', '=Urologia|Cirurgia|Vendas'],
      ['Profissão', '=Pedreiro|Enfermeira|Aposentado'],
      ['Médico', 'NAME'],
      ['Responsável', 'NAME'],
      ['Assunto', '=Cobrança|Sua solicitação|Rescisão'],
    ],
    plain: [
      '‹Nota|Aviso|Resultado|Objetivo|Conclusão|Exame|Tratamento|Pergunta›: ‹ver anexo|sem alterações|a verificar›.',
      '‹Atualmente|No entanto|Depois|Finalmente|Ontem|Durante a noite›, ‹a cidade|o paciente|o mercado|a equipe› ‹está melhor|continua estável|espera›.',
    ],
  },
  nl: {
    prose: [
      '‹Minister|Premier|Trainer|Burgemeester|Zangeres|Rechter|Woordvoerder|Schrijver|Kamerlid› ‹{LAST}|{NAME}› ‹zei|verklaarde|meldde|ontkende› dat de gesprekken in {CITY} ‹mislukten|beginnen›.',
      '{LAST} ‹won|trad af|antwoordde|scoorde›, terwijl {NAME} ‹thuis bleef|derde werd›.',
      'In ‹1912|1948|1975› ‹stichtte|verliet|kocht|schreef› {NAME} ‹een werkplaats|de school|een roman› in {CITY}.',
    ],
    fields: [
      ['Geslacht', '=M|V|Man|Vrouw'],
      ['Burgerlijke staat', '=Gehuwd|Ongehuwd|Weduwe'],
      ['Afdeling', '=Urologie|Chirurgie|Verkoop|Inkoop'],
      ['Beroep', '=Metselaar|Verpleegkundige|Gepensioneerd'],
      ['Huisarts', 'NAME'],
      ['Contactpersoon', 'NAME'],
      ['Onderwerp', '=Aanmaning|Uw aanvraag|Opzegging'],
    ],
    plain: [
      '‹Let op|Opmerking|Resultaat|Doel|Conclusie|Onderzoek|Behandeling|Vraag›: ‹zie bijlage|geen bijzonderheden|nog controleren›.',
      '‹Momenteel|Toch|Daarna|Eindelijk|Gisteren|Volgens de krant› ‹gaat het beter|blijft de stad stil|wacht de ploeg|is de markt rustig›.',
    ],
  },
  pl: {
    prose: [
      '‹Minister|Prezydent|Premier|Trener|Burmistrz|Piosenkarka|Sędzia|Rzecznik|Pisarz|Poseł› ‹{LAST}|{NAME}› ‹powiedział|ogłosił|wyjaśnił|zaprzeczył›, że rozmowy w {CITY} ‹się nie udały|trwają›.',
      '{LAST} ‹wygrał|zrezygnował|odpowiedział|strzelił gola›, a {NAME} ‹został w domu|był trzeci›.',
      'W ‹1912|1948|1975› roku {NAME} ‹założył|opuścił|kupił|napisał› ‹warsztat|szkołę|powieść› w {CITY}.',
    ],
    fields: [
      ['Płeć', '=M|K|Mężczyzna|Kobieta'],
      ['Stan cywilny', '=Żonaty|Panna|Wdowa'],
      ['Oddział', '=Urologia|Chirurgia|Sprzedaż'],
      ['Zawód', '=Murarz|Pielęgniarka|Emeryt'],
      ['Lekarz', 'NAME'],
      ['Osoba kontaktowa', 'NAME'],
      ['Temat', '=Upomnienie|Państwa zapytanie|Wypowiedzenie'],
    ],
    plain: [
      '‹Uwaga|Wynik|Cel|Wniosek|Badanie|Leczenie|Pytanie|Przebieg›: ‹patrz załącznik|bez zmian|do sprawdzenia›.',
      '‹Obecnie|Jednak|Potem|Wreszcie|Wczoraj|W nocy› ‹jest lepiej|miasto milczy|drużyna czeka|rynek jest spokojny›.',
    ],
  },
};

/** A language's frames with more of them. */
export const withMore = (frames: Frames): Frames => {
  const language = (frames.locales[0] as string).slice(0, 2);
  const more = MORE[language];
  const terms = TERMS[language];
  return more === undefined
    ? frames
    : {
        locales: frames.locales,
        // A sentence with alternatives stands for many.
        prose: [...frames.prose, ...more.prose, ...more.prose, ...(terms?.prose ?? [])],
        fields: [...frames.fields, ...more.fields],
        plain: [...frames.plain, ...more.plain, ...(terms?.plain ?? []), ...(terms?.plain ?? [])],
      };
};
