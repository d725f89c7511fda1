"""Texts with known contents: a domain's fields, the sentences that state them, how one asks for them, what the text is about."""
from dataclasses import dataclass, field

from .domains import DOMAINS
from .words import Words


@dataclass
class Document:
    domain: dict
    values: dict[str, str]  # of every field of the domain
    stated: list[str] = field(default_factory=list)  # the fields that the text really states
    sentences: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)  # named besides the fields
    text: str = ""


FILLERS = (
    "[Thank you|Thanks] [in advance|for your patience|for your time|so much].", "Please [let me know|let us know] if you have [any questions|questions].",
    "[We|I] look forward to [hearing from you|your reply|working with you].", "The weather has been [mild|cold|wet|warm] this week.", "More details will follow [soon|next week|shortly].",
    "[Everyone|Nobody|Half the team] was [surprised|pleased|tired|curious] about the {noun}.", "A {adjective} {noun} stood near the {noun2}.", "[As always|As usual], the {noun} was {adjective}.",
    "[Some people|A few colleagues|Several guests] talked about the {noun} and the {noun2}.", "It is [too early|hard] to say what this means for the {noun}.", "The {noun} was {adjective} but {adjective2}.",
    "Nothing else has changed.", "Feel free to share this with {first}.", "Please keep this [message|note] for your records.", "There were no [other|further] comments.", "The {noun} will be [checked|moved|sold|repaired] later.",
)


def filler(w: Words, people: list[str] | None = None) -> str:
    frame, first = w.pick(FILLERS), w.first()
    if people is not None and "{first}" in frame:
        people.append(first)
    return w.expand(frame, {"noun": w.word("noun"), "noun2": w.word("noun"), "adjective": w.word("adjective"), "adjective2": w.word("adjective"), "first": first})


def fields_in(frame: str) -> list[str]:
    from .words import SLOT

    return SLOT.findall(frame)


def document(w: Words, domain: dict | None = None, form: str | None = None, most: int = 9) -> Document:
    """`form`: prose, mail or lines; most: sentences at most."""
    domain = domain or w.pick(DOMAINS)
    values = {name: spec["make"](w) for name, spec in domain["fields"].items()}
    if "person" in values and "email" in values and w.chance(0.6):
        values["email"] = w.email(values["person"])
    d = Document(domain, values)
    form = form or w.pick(["prose", "prose", "prose", "mail", "lines"])
    if form == "lines":
        names = w.sample(list(values), w.number(min(3, len(values)), len(values)))
        separator = w.pick([": ", ": ", ": ", " - ", " = "])
        style = w.pick([str.capitalize, str.title, str.lower, str.capitalize])
        d.sentences = [f"{style(w.pick(domain['fields'][n]['keys']))}{separator}{values[n]}" for n in names]
        d.stated = names
        bullet = w.pick(["", "", "- ", "* "])
        d.text = "\n".join(bullet + s for s in d.sentences)
        if w.chance(0.25):
            d.text = f"{w.pick(domain['kinds']).capitalize()}\n{d.text}"
        return d
    frames = [w.pick(domain["lead"])]
    rest = w.sample(domain["sentences"], w.number(1, max(1, min(most - 1, len(domain["sentences"])))))
    stated = fields_in(frames[0])
    for frame in rest:
        new = fields_in(frame)
        if any(n not in stated for n in new) or not new:
            frames.append(frame)
            stated += [n for n in new if n not in stated]
    d.sentences = [w.expand(f, values) for f in frames]
    d.stated = stated
    for _ in range(w.number(6, 22) if w.chance(0.05) else w.pick([0, 0, 1, 1, 2, 3])):
        d.sentences.insert(w.number(1, len(d.sentences)), filler(w, d.people))
    d.sentences = [s[0].upper() + s[1:] for s in d.sentences]
    d.text = " ".join(d.sentences) if w.chance(0.85) else "\n".join(d.sentences)
    if form == "mail":
        addressed = w.first()
        own = values.get("person") if "person" in stated else w.pick([w.first(), w.person()])
        hello = w.say("Hi [team|all|there|everyone],", "Hello,", "Dear {a},", "Hi {a},", "Good [morning|afternoon],", "Dear Sir or Madam,", a=addressed)
        bye = w.say("[Best|Regards|Thanks|Cheers|Best regards|Kind regards|Sincerely],\n{a}", a=own)
        d.people += [n for n in (addressed, own) if n in hello or n in bye]
        d.text = f"{hello}\n{d.text}\n{bye}" if w.chance(0.7) else f"{hello} {d.text} {bye}".replace("\n", " ")
    return d
