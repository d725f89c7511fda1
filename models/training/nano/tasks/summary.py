"""One sentence that says what a text is about: the sentence of the text that holds its main fact, or that fact in fewer words."""
from ..documents import document
from .frame import polite, request
from .leads import text_with_lead
from .title import usable

ASKS = ("Summarise [this|the] {kind} in one sentence", "Summarize [this|the] {kind} in one sentence", "[Summarize|Summarise] the [following|] text", "Give a one-sentence summary", "Write a [short|brief|one-sentence] summary of the {kind}", "What is this {kind} about? One sentence", "In one sentence, what does the {kind} say?", "TL;DR", "tldr", "Sum up [this|the] {kind}", "What is the main point?", "Shorten this to one sentence", "[Condense|Reduce] this {kind} to one sentence", "Give me the gist", "Summary in one sentence, please")


def make(w, corpora):
    if w.chance(0.45):
        text, first, _ = text_with_lead(w, corpora)
        return *request(w, polite(w, w.say(*ASKS, kind=w.pick(["text", "text", "message", "article", "report", "story", "news item", "paragraph", "update"]))), text), first
    while True:
        d = document(w, form=w.pick(["prose", "prose", "mail"]))
        frames = usable(d.domain["summary"], d.stated)
        if frames:
            break
    answer = w.expand(frames[0] if w.chance(0.8) else w.pick(frames), d.values)
    return *request(w, polite(w, w.say(*ASKS, kind=w.pick(d.domain["kinds"] + ["text", "message"]))), d.text), answer[0].upper() + answer[1:]
