// Words that are frequent in one language and rare in the others.
const STOPWORDS: Record<string, string> = {
  en: 'i the and of to is that for with are this you what how it from my please can which was your not',
  de: 'der die das und ist nicht ein eine mit für auf den dem ich sie wie wird von zu bitte auch sich',
  fr: 'le les des est une dans pour que qui sur avec vous je il au du ne pas plus cette quel comment',
  es: 'el los las es una para por con del que como está qué mi su pero cuál más este y',
  it: 'il gli della di è una per con che sono come non nel alla questo quale più ho anche',
  pt: 'os as do da é uma para com não em que como são na no você qual mais este um',
  nl: 'de het een van en is niet met voor op zijn dat deze wat hoe ik je naar wordt ook',
  pl: 'w nie na jest się do że z jak co to dla czy proszę jakie są od tego oraz',
};

/** ISO 639-1. */
export const LANGUAGES: readonly string[] = Object.keys(STOPWORDS);

/** Word to the languages it speaks for. */
export const LANGUAGES_OF_WORD = new Map<string, string[]>();
for (const [language, words] of Object.entries(STOPWORDS)) {
  for (const word of words.split(' '))
    LANGUAGES_OF_WORD.set(word, [...(LANGUAGES_OF_WORD.get(word) ?? []), language]);
}
