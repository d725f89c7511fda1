"""A short title made of the text's main facts."""
from ..documents import document, fields_in
from .frame import polite, request
from .leads import text_with_lead

ASKS = ("[Write|Give|Suggest|Make|Find|Create] a [short |]title for [this|the] {kind}", "Write a title", "Give this text a title", "Title this {kind}", "What is a good title for this?", "[Suggest|Write] a headline", "Write a subject line for this {kind}", "Summarise this in a title", "Headline for this {kind}", "Come up with a [short|brief] title for the text below", "Name this {kind} in a few words")


def usable(frames, stated):
    return [f for f in frames if all(n in stated for n in fields_in(f))]


def make(w, corpora):
    if w.chance(0.45):
        title = None
        while title is None:
            text, _, title = text_with_lead(w, corpora)
        return *request(w, polite(w, w.say(*ASKS, kind=w.pick(["text", "text", "message", "article", "report", "story", "news item", "paragraph", "update"]))), text), title
    while True:
        d = document(w, form=w.pick(["prose", "prose", "mail"]))
        frames = usable(d.domain["title"], d.stated)
        if frames:
            break
    answer = w.expand(w.pick(frames[:1] if w.chance(0.8) else frames), d.values)
    return *request(w, polite(w, w.say(*ASKS, kind=w.pick(d.domain["kinds"] + ["text"]))), d.text), answer[0].upper() + answer[1:]
