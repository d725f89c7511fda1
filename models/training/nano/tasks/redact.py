"""The text again with names and contacts replaced by what they are."""
from ..documents import document
from .frame import polite, request

KINDS = {"person": "NAME", "doctor": "NAME", "coach": "NAME", "email": "EMAIL", "phone": "PHONE", "address": "ADDRESS", "street": "ADDRESS", "iban": "IBAN"}
ALL = ("Redact [all|the|] personal data", "Redact [names and contacts|names and contact details|all names, emails and phone numbers]", "Remove [all|] personal [information|data|details]", "[Anonymise|Anonymize] [this|the] text", "Mask [personal data|all names and contacts|PII]", "Replace [names and contacts|personal data] with placeholders", "Replace names, emails, phone numbers and addresses with [[NAME], [EMAIL], [PHONE] and [ADDRESS]", "Scrub the personal [information|data]", "Hide names and contact details", "Censor [all|the] private data", "Rewrite the text without personal data, use placeholders", "De-identify [this|the] text", "Redact PII", "Black out names, numbers and addresses")
ONE = {"NAME": ("Redact [the|all] names", "Replace [all|the] names with [NAME]", "Hide the names [of people|]", "Mask every name"), "EMAIL": ("Redact [the|all] email addresses", "Mask [the|all] emails", "Replace emails with [EMAIL]"), "PHONE": ("Redact [the|all] phone numbers", "Mask the telephone numbers", "Replace phone numbers with [PHONE]")}


def instruction(w, frame: str) -> str:
    kept = {"[NAME]": "\1", "[EMAIL]": "\2", "[PHONE]": "\3", "[ADDRESS]": "\4"}
    frame = frame.replace("[[NAME]", "\1")
    for text, mark in kept.items():
        frame = frame.replace(text, mark)
    frame = w.expand(frame)
    for text, mark in kept.items():
        frame = frame.replace(mark, text)
    return frame


def make(w, corpora):
    if w.chance(0.25) and corpora.people:
        text, names = w.pick(corpora.people)
        found = {name: "NAME" for name in names}
        if w.chance(0.3):
            phone = w.phone()
            text += " " + w.say("Call {p}.", "Phone: {p}", "{p}", p=phone)
            found[phone] = "PHONE"
        if w.chance(0.3):
            email = w.email()
            text += " " + w.say("Mail: {e}", "Contact {e}.", "{e}", e=email)
            found[email] = "EMAIL"
    else:
        d = document(w, form=w.pick(["prose", "prose", "lines", "mail"]), most=w.pick([2, 3, 4, 6]))
        text = d.text
        found = {d.values[n]: KINDS[n] for n in d.stated if n in KINDS}
        found.update({name: "NAME" for name in d.people})
        if w.chance(0.3):
            values = {"a": w.person(), "p": w.phone(), "e": w.email(), "s": w.address()}
            kinds = {"a": "NAME", "p": "PHONE", "e": "EMAIL", "s": "ADDRESS"}
            frame = w.expand(w.pick(["[Ask|Call|Meet] {a}.", "{a}'s number is {p}.", "[Write to|Mail] {e}.", "[Send it to|Come to] {s}.", "{a} lives at {s}.", "Contact {a}, {p}, {e}.", "My name is {a}.", "I am {a}, phone {p}.", "{a} ({e})"]))
            text += " " + w.expand(frame, values)
            found.update({values[k]: kinds[k] for k in values if "{" + k + "}" in frame})
    label = None
    frame = w.pick(ALL)
    if w.chance(0.15):
        label = w.pick(list(ONE))
        frame = w.pick(ONE[label])
    answer = text
    for value in sorted(found, key=len, reverse=True):
        if label in (None, found[value]):
            answer = answer.replace(value, f"[{found[value]}]")
    return *request(w, polite(w, instruction(w, frame)), text), answer
