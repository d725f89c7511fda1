"""The people, places and organisations that a text names, as a JSON array or one a line."""
import json

from ..documents import document
from .frame import polite, request

KINDS = {"PERSON": ("people", "persons", "names of people", "person names"), "LOCATION": ("places", "locations", "cities and countries", "place names"), "ORGANIZATION": ("organisations", "organizations", "companies", "companies and organizations"), "EMAIL": ("email addresses", "emails", "e-mail addresses"), "PHONE": ("phone numbers", "telephone numbers"), "MONEY": ("amounts of money", "amounts", "prices"), "DATE": ("dates", "dates mentioned")}
OF_FIELD = {"person": "PERSON", "doctor": "PERSON", "coach": "PERSON", "city": "LOCATION", "origin": "LOCATION", "destination": "LOCATION", "company": "ORGANIZATION", "client": "ORGANIZATION", "email": "EMAIL", "phone": "PHONE", "amount": "MONEY", "price": "MONEY", "fee": "MONEY", "date": "DATE", "due": "DATE"}
ASKS = ("List [all|the|] {kind} [mentioned|named|] in the text", "Extract [all|the] {kind}", "Which {kind} [are mentioned|are named|appear]?", "Find [all|the] {kind} in this text", "[Get|Give me] the {kind}", "What {kind} does the text mention?")
AS_JSON = (" as a JSON array", " as JSON array", " as a JSON list", ". Answer with a JSON array", ", as JSON")


def make(w, corpora):
    if corpora.mentions and w.chance(0.5):
        text, found = w.pick(corpora.mentions)
        if not found and w.chance(0.8):
            text, found = w.pick(corpora.people)
            found = [("PERSON", name) for name in found]
        label = w.pick([kind for kind, _ in found if kind in KINDS] or ["PERSON", "LOCATION", "ORGANIZATION"])
        found = [m for kind, m in found if kind == label]
    else:
        d = document(w, form=w.pick(["prose", "prose", "mail", "lines"]))
        text = d.text
        pairs = [(OF_FIELD[n], d.values[n]) for n in d.stated if n in OF_FIELD] + [("PERSON", name) for name in d.people]
        label = w.pick([kind for kind, _ in pairs] or ["EMAIL"])
        found = sorted((v for kind, v in pairs if kind == label), key=d.text.find)
    found = list(dict.fromkeys(found))
    instruction = w.say(*ASKS, kind=w.pick(KINDS[label]))
    if w.chance(0.6):
        instruction = instruction.rstrip("?") + w.pick(AS_JSON)
        answer = json.dumps(found, ensure_ascii=False)
    else:
        answer = "\n".join(found) if found else "None"
    return *request(w, polite(w, instruction), text), answer
