// Does an answer decline instead of answering? Only its beginning counts: a later "I cannot" may be about the matter.

const BEGINNING_CHARS = 240;

const PHRASES: readonly RegExp[] = [
  /\bI(?:'|’)?m (?:very |really |so )?sorry,? (?:but )?(?:I|as an)\b/i,
  /\b(?:I apologi[sz]e|my apologies),? (?:but )?I\b/i,
  /\bI (?:can(?:no|')t|can not|am unable to|am not able to|won't be able to) (?:help|assist|answer|provide|do that|fulfil|complete|access|browse)/i,
  /\bI(?:'|’)m (?:unable|not able) to\b/i,
  /\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b/i,
  /\bI (?:do not|don't|don’t) (?:know|have (?:enough|sufficient|any) (?:information|context|data)|have access)\b/i,
  /\b(?:je suis désolée?|je ne peux pas|en tant qu(?:'|’)(?:IA|intelligence artificielle))\b/i,
  /\b(?:es tut mir leid|ich kann (?:dabei |dir |Ihnen )?(?:leider )?nicht|als (?:KI|Sprachmodell))\b/i,
  /\b(?:lo siento|no puedo (?:ayudar|responder|proporcionar)|como (?:IA|modelo de lenguaje))\b/i,
];

export const declines = (text: string): boolean => {
  const beginning = text.slice(0, BEGINNING_CHARS);
  return PHRASES.some((phrase) => phrase.test(beginning));
};
