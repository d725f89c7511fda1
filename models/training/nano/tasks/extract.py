"""Named fields of a text as JSON. Keys are written as the request writes them; what the text does not state is null."""
import json

from ..documents import Document, document
from .frame import polite, request
from .relations import ATTRIBUTES, attribute, value

ASKS = ("Extract the {keys} as JSON", "Extract {keys} from the [text|message|note|email] as JSON", "Return JSON with {keys}", "Return [a JSON object|JSON] with the [keys|fields] {keys}", "Give me {keys} as JSON",
        "Pull out {keys} [in|as] JSON", "Find {keys} and answer [in|with] JSON", "Read the [text|message] and return {keys} as JSON", "Get the following fields as JSON: {keys}", "Fields: {keys}. Answer with JSON only",
        "Extract the fields {keys}. [Reply|Answer] with JSON", "Output {keys} as a JSON object", "Parse this into JSON with {keys}", "Which {keys} does the text give? Answer in JSON", "Identify {keys}. Format: JSON",
        "JSON with {keys}, please", "Extract as JSON: {keys}", "Extract the details ({keys}) as JSON", "List {keys} as JSON", "Turn the {kind} into JSON with {keys}", "From the {kind}, extract {keys} [as JSON|in JSON format|to JSON]")
SHAPES = ("Fill in this JSON: {shape}", "Extract into this JSON: {shape}", "Use this format: {shape}", "Return exactly this JSON structure with the values [filled in|from the text]: {shape}", "Extract the data as {shape}", "Answer like this: {shape}", "Complete the JSON {shape} from the text")


def written(w, key: str, style: int) -> str:
    return (key, key.replace(" ", "_"), key.replace(" ", "_"), "".join(p.capitalize() if i else p for i, p in enumerate(key.split())), key.title())[style]


def joined(w, keys: list[str]) -> str:
    if len(keys) == 1:
        return keys[0]
    style = w.number(0, 4)
    if style == 0:
        return ", ".join(keys)
    if style == 1:
        return ", ".join(keys[:-1]) + " and " + keys[-1]
    if style == 2:
        return ", ".join(f'"{k}"' for k in keys)
    if style == 3:
        return ", ".join(keys[:-1]) + ", and " + keys[-1] if len(keys) > 2 else " and ".join(keys)
    return "the " + ", ".join(keys[:-1]) + " and " + keys[-1]


def choose(w, d, missing: float = 0.15) -> list[str]:
    """Fields to ask for, mostly stated ones."""
    absent = [n for n in d.domain["fields"] if n not in d.stated]
    names = w.sample(d.stated, w.pick([1, 2, 2, 3, 3, 4, 5]))
    if absent and w.chance(missing):
        names.append(w.pick(absent))
        w.r.shuffle(names)
    elif w.chance(0.3):
        names.sort(key=d.stated.index)
    return names


def any_keys(w) -> Document:
    """A text whose keys are of no domain: the request's own words say what to look for."""
    n = w.number(2, 6)
    if w.chance(0.4):
        values = {k: value(w, k) for k in w.sample(ATTRIBUTES, n)}
        separator, style = w.pick([": ", ": ", " - ", " = "]), w.pick([str.capitalize, str.lower, str.title])
        text = w.pick(["\n", "\n", "; ", ", "]).join(f"{style(k)}{separator}{v}" for k, v in values.items())
    else:
        made = {k: (s, v) for s, _, k, v in (attribute(w) for _ in range(n))}
        values = {k: v for k, (_, v) in made.items()}
        text = " ".join(s for s, _ in made.values())
    spare = w.pick([k for k in ATTRIBUTES if k not in values])
    fields = {k: {"keys": [k]} for k in (*values, spare)}
    return Document({"fields": fields, "kinds": ["text", "note", "record"]}, {**values, spare: ""}, list(values), text=text)


def make(w, corpora):
    d = any_keys(w) if w.chance(0.25) else document(w)
    style = w.pick([0, 1, 1, 2, 3, 4, 0, 1])
    names = choose(w, d)
    keys = {n: written(w, w.pick(d.domain["fields"][n]["keys"]), style) for n in names}
    if len(set(keys.values())) < len(keys):
        keys = {n: written(w, n, style) for n in names}
    if w.chance(0.15):
        empty = w.pick(['""', "...", "null"])
        shape = "{" + ", ".join(f'"{k}": {empty}' for k in keys.values()) + "}"
        instruction = w.pick(SHAPES).replace("{shape}", "\0")
    else:
        shape = joined(w, list(keys.values()))
        instruction = w.pick(ASKS).replace("{keys}", "\0")
    instruction = w.expand(instruction, {"kind": w.pick(d.domain["kinds"])}).replace("\0", shape).replace("the the ", "the ")
    answer = json.dumps({keys[n]: d.values[n] if n in d.stated else None for n in names}, ensure_ascii=False)
    return *request(w, polite(w, instruction), d.text), answer
