"""Parts of a text word for word: what every other task needs first."""
from ..documents import document, filler
from .frame import polite, request
from .relations import attribute, event


def sentences_of(w, corpora) -> list[str]:
    roll = w.r.random()
    if roll < 0.3 and corpora.sentences:
        return w.sample(corpora.sentences, w.number(1, 3))
    if roll < 0.42:
        return [w.pick([event, attribute])(w)[0] for _ in range(w.number(2, 4))]
    if roll < 0.5:
        return [filler(w) for _ in range(w.number(2, 4))]
    if roll < 0.65:
        return [" ".join(w.pick([w.word("noun"), w.first(), w.invented(), w.code(), w.city()]) for _ in range(w.number(3, 9))) + "." for _ in range(w.number(1, 3))]
    return document(w, form="prose", most=5).sentences


def make(w, corpora):
    sentences = sentences_of(w, corpora)
    text = " ".join(sentences)
    words = text.split()
    kind = w.number(0, 6)
    if kind == 0:
        return *request(w, polite(w, w.say("Repeat [the text|this|exactly]", "Copy [the text|this] word for word", "Echo this", "Say this again", "Quote the text")), text), text
    if kind == 1:
        last = w.chance(0.5)
        return *request(w, polite(w, w.say(f"{{q}} the {'last' if last else 'first'} sentence", q=w.pick(["Give me", "Return", "Quote", "Copy", "What is"]))), text), sentences[-1 if last else 0]
    if kind in (2, 3):
        sentence = w.pick(sentences)
        candidates = [x.strip(".,;:!?\"'()") for x in sentence.split()]
        candidates = [x for x in candidates if len(x) > 3 and text.count(x) == 1]
        if candidates:
            return *request(w, polite(w, w.say("Which sentence mentions {x}?", "Quote the sentence [with|about|that mentions] {x}", "What does the text say about {x}?", "Find the sentence [that contains|with] \"{x}\"", x=w.pick(candidates))), text), sentence
    if len(words) < 5:
        return *request(w, "Repeat the text", text), text
    at = w.number(0, len(words) - 4)
    before = " ".join(words[at : at + 2])
    if kind == 4:
        return *request(w, w.say("Which word comes after \"{x}\"?", "What follows \"{x}\"? One word", x=before), text), words[at + 2]
    if kind == 5:
        return *request(w, w.say("Continue the text from \"{x}\"", "Copy everything after \"{x}\"", x=before), text), " ".join(words[at + 2 :])
    n = w.number(2, min(5, len(words)))
    return *request(w, polite(w, w.say("[Give|Write|Return] the first {n} words", n=n)), text), " ".join(words[:n])
