"""The same text with its capitals and full stops put right; or in another case."""
import re

from ..documents import document, filler
from .frame import polite, request
from .leads import text_with_lead
from .moods import review

FIX = ("Fix [the|] casing and punctuation", "Fix [the|] capitalization [and punctuation|]", "Correct the capital letters [and punctuation|]", "Correct [the|] punctuation and capitalisation", "Add [proper|correct] punctuation and capitals", "Write this with correct casing and punctuation", "Punctuate [this|the text]", "Clean up the text: casing and punctuation", "Restore [capital letters|casing|case and punctuation]", "Make this a proper sentence", "Proofread the [casing|punctuation and casing]")
CASES = (("Convert [this|the text|] to upper case", "Write [this|the text] in capital letters", "Uppercase this", "Make it all caps"), str.upper), (("Convert [this|the text|] to lower case", "Write [this|the text] in small letters", "Lowercase this"), str.lower)


def spoilt(w, text: str) -> str:
    text = re.sub(r"[.!?](?=\s|$)", "", text)
    if w.chance(0.7):
        text = re.sub(r",(?=\s)", "", text)
    return text.upper() if w.chance(0.08) else text.lower()


def make(w, corpora):
    if corpora.sentences and w.chance(0.15):
        text = w.pick(corpora.sentences)
    elif w.chance(0.35):
        text = text_with_lead(w, corpora)[w.pick([0, 1])]
    elif w.chance(0.3):
        text = review(w, w.pick(["positive", "negative", "neutral"]))
    else:
        sentences = [s for s in document(w, form="prose").sentences if len(s) < 160] or [filler(w)]
        text = " ".join(sentences[: w.pick([1, 1, 2, 2, 3])])
    if w.chance(0.12):
        asks, change = w.pick(CASES)
        return *request(w, polite(w, w.say(*asks)), text), change(text)
    return *request(w, polite(w, w.say(*FIX)), spoilt(w, text)), text
