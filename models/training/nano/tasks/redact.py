"""The text again with names and contacts replaced by what they are."""
from ..documents import document
from .frame import polite, request
from .relations import VERBS

KINDS = {"person": "NAME", "doctor": "NAME", "coach": "NAME", "email": "EMAIL", "phone": "PHONE", "address": "ADDRESS", "street": "ADDRESS", "iban": "IBAN"}
ALL = ("Redact [all|the|] personal data", "Redact [names and contacts|names and contact details|all names, emails and phone numbers]", "Remove [all|] personal [information|data|details]", "[Anonymise|Anonymize] [this|the] text", "Mask [personal data|all names and contacts|PII]", "Replace [names and contacts|personal data] with placeholders", "Replace names, emails, phone numbers and addresses with [[NAME], [EMAIL], [PHONE] and [ADDRESS]", "Scrub the personal [information|data]", "Hide names and contact details", "Censor [all|the] private data", "Rewrite the text without personal data, use placeholders", "De-identify [this|the] text", "Redact PII", "Black out names, numbers and addresses")
ONE = {"NAME": ("Redact [the|all] names", "Replace [all|the] names with [NAME]", "Hide the names [of people|]", "Mask every name"), "EMAIL": ("Redact [the|all] email addresses", "Mask [the|all] emails", "Replace emails with [EMAIL]"), "PHONE": ("Redact [the|all] phone numbers", "Mask the telephone numbers", "Replace phone numbers with [PHONE]")}

NAMES = {"NAME": ("name", "name", "person"), "EMAIL": ("email", "email", "mail", "e-mail"), "PHONE": ("phone", "phone", "number", "tel"), "ADDRESS": ("address", "address", "street"), "IBAN": ("iban",)}
CONTACTS = (
    "[Ask|Call|Meet|Visit|Thank] {a}[| on {d}| about the {n}].", "{a}'s [number|phone number|mobile] is {p}.", "[Write to|Mail|E-mail] {e}[| about the {n}].", "[Send it to|Come to|Deliver the {n} to] {s}.", "{a} lives at {s}.", "Contact {a}, {p}, {e}.", "My name is {a}[| and I am a {j}| and I lost my {n}].", "I am {a}, phone {p}.", "{a} ({e}) {v} the {n}[| on {d}].",
    "{a} and {b} {v} the {n}.", "{a} [called|emailed|wrote] [from|using] {p}.", "The {n} was {v} by {a}[| for {m}].", "[Reach|You can reach] {f} at {p} or {e}.", "{a} [moved|has moved] to {s}.", "[Please|] forward [this|the {n}] to {f} ({e}).", "[Dear|Hello|Hi] {f}, [the {n} is ready|your {n} has arrived|we got your {n}].", "[Regards|Thanks|Best], {a}", "Tel. {p}", "E-mail: {e}", "[Customer|Patient|Guest|Tenant|Owner]: {a}", "Address: {s}", "{f} [paid|owes|got] {m} [for the {n}|on {d}].", "[Our|The] {j} {a} [will call you|comes] on {d}.", "[According to|Said by|Signed by] {a}[| and {b}].", "{b} told {a} that the {n} was {v}.", "[When|After] {a} {v} the {n}, {b} [left|called {p}|wrote to {e}].", "Case {c}: {a}, {s}, {p}.", "[If you find the {n}|For questions], [ring|text|call] {p}.", "{a} asked {b} for the {n}.", "{f} said the {n} costs {m}.", "[Pick up|Collect] the {n} at {s}[| from {f}].",
)


def instruction(w, frame: str) -> str:
    kept = {"[NAME]": "\1", "[EMAIL]": "\2", "[PHONE]": "\3", "[ADDRESS]": "\4"}
    frame = frame.replace("[[NAME]", "\1")
    for text, mark in kept.items():
        frame = frame.replace(text, mark)
    frame = w.expand(frame)
    for text, mark in kept.items():
        frame = frame.replace(mark, text)
    return frame


def marks(w) -> tuple[str, dict[str, str]]:
    """What the request says to write instead, and the mark of each kind: one for all, or each kind's own in brackets of some style."""
    if w.chance(0.45):
        one = w.pick(["[REDACTED]", "XXX", "***", "[...]", "<hidden>", "█████", "[removed]", "_____", "<private>", "#####", "[X]", "(redacted)", "<REDACTED>", "[MASKED]", "N/A", "xxxx"])
        text = w.expand(w.pick(["Replace [names and contacts|personal data|all private data|every name, email and phone number] [with|by]", "Redact personal data with", "Mask names, addresses and numbers as", "[Write|Put] this in place of private data:", "Hide [every name and contact|all personal details] behind"]))
        return f"{text} {one}", dict.fromkeys(NAMES, one)
    left, right = w.pick(["[]", "[]", "<>", "{}", "()", ("<<", ">>"), ("[[", "]]"), ("__", "__")])
    change = w.pick([str.upper, str.upper, str.lower, str.capitalize])
    own = {kind: f"{left}{change(w.pick(names))}{right}" for kind, names in NAMES.items()}
    listed = [own[k] for k in ("NAME", "EMAIL", "PHONE", "ADDRESS")]
    text = w.expand(w.pick(["Replace names, emails, phone numbers and addresses [with|by]", "Redact with these marks:", "Use these placeholders for personal data:", "[Anonymise|Anonymize] with", "Mask private data. Placeholders:"]))
    return f"{text} {', '.join(listed[:-1])} and {listed[-1]}", own


def contacts(w) -> tuple[str, dict[str, str]]:
    """Sentences about people and how to reach them, of no domain, and the kind of each private value."""
    parts, found = [], {}
    for _ in range(w.pick([1, 1, 2, 2, 3, 4])):
        who = w.person()
        made = {"a": (who, "NAME"), "b": (w.person(), "NAME"), "f": (w.first(), "NAME"), "p": (w.phone(), "PHONE"), "e": (w.email(who), "EMAIL"), "s": (w.address(), "ADDRESS"), "n": (w.word("noun"), None), "v": (w.pick(VERBS)[1], None), "d": (w.pick([w.date(), w.weekday()]), None), "j": (w.job(), None), "m": (w.money(), None), "c": (w.code(), None)}
        frame = w.expand(w.pick(CONTACTS))
        parts.append(w.expand(frame, {k: v for k, (v, _) in made.items()}))
        found.update({v: kind for k, (v, kind) in made.items() if kind and "{" + k + "}" in frame})
    return " ".join(p[0].upper() + p[1:] for p in parts), found


def make(w, corpora):
    roll = w.r.random()
    if roll < 0.15 and corpora.people:
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
    elif roll < 0.65:
        text, found = contacts(w)
    else:
        d = document(w, form=w.pick(["prose", "prose", "lines", "mail"]), most=w.pick([2, 3, 4, 6]))
        text = d.text
        found = {d.values[n]: KINDS[n] for n in d.stated if n in KINDS}
        found.update({name: "NAME" for name in d.people})
        if w.chance(0.3):
            more, others = contacts(w)
            text, found = f"{text} {more}", {**found, **others}
    wanted, mark = set(NAMES), {kind: f"[{kind}]" for kind in NAMES}
    roll = w.r.random()
    if roll < 0.15:
        only = w.pick(list(ONE))
        wanted, ask = {only}, instruction(w, w.pick(ONE[only]))
    elif roll < 0.45:
        ask, mark = marks(w)
    else:
        ask = instruction(w, w.pick(ALL))
    answer = text
    for value in sorted(found, key=len, reverse=True):
        if found[value] in wanted:
            answer = answer.replace(value, mark[found[value]])
    return *request(w, polite(w, ask), text), answer
