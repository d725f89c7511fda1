"""The same facts in another form: list, comma list, lines, JSON, table, CSV."""
import json

from ..documents import DOMAINS
from .extract import written
from .frame import polite, request


def things(w) -> list[str]:
    maker = w.pick([w.thing, w.city, w.first, w.person, w.company, w.product, w.job, w.email, w.weekday, lambda: w.word("fruit"), lambda: w.word("vegetable"), lambda: w.word("country"), lambda: w.word("animal"), lambda: w.word("noun"), lambda: w.word("ingredient")])
    return list(dict.fromkeys(maker() for _ in range(w.number(2, 8))))


def record(w) -> dict[str, str]:
    domain = w.pick(DOMAINS)
    names = w.sample(list(domain["fields"]), w.number(2, 5))
    style = w.number(0, 4)
    return {written(w, domain["fields"][n]["keys"][0], style): domain["fields"][n]["make"](w) for n in names}


LISTS = {
    "commas": (lambda v: ", ".join(v), ("a comma-separated list", "a comma separated line", "one line with commas")),
    "bullets": (lambda v: "\n".join("- " + x for x in v), ("a bullet list", "bullet points", "a bulleted list", "bullets", "a markdown list")),
    "numbers": (lambda v: "\n".join(f"{i}. {x}" for i, x in enumerate(v, 1)), ("a numbered list", "numbered points", "an ordered list")),
    "json": (lambda v: json.dumps(v, ensure_ascii=False), ("a JSON array", "JSON", "a JSON list")),
    "lines": (lambda v: "\n".join(v), ("lines, one item each", "one item per line", "separate lines")),
    "and": (lambda v: ", ".join(v[:-1]) + " and " + v[-1] if len(v) > 1 else v[0], ()),
    "semicolons": (lambda v: "; ".join(v), ("a list with semicolons", "one line separated by semicolons")),
}
RECORDS = {
    "json": (lambda rows: json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False), ("JSON", "a JSON object", "JSON format")),
    "lines": (lambda rows: "\n\n".join("\n".join(f"{k}: {v}" for k, v in r.items()) for r in rows), ("key: value lines", "lines of key: value", "plain lines")),
    "table": (lambda rows: "\n".join(["| " + " | ".join(rows[0]) + " |", "|" + " --- |" * len(rows[0])] + ["| " + " | ".join(r.values()) + " |" for r in rows]), ("a markdown table", "a table", "a Markdown table")),
    "csv": (lambda rows: "\n".join([",".join(rows[0])] + [",".join(r.values()) for r in rows]), ("CSV", "CSV format", "csv")),
}
ASKS = ("Convert [this|the list|the data|] to {to}", "Turn this into {to}", "[Make|Create] {to} [from|of|out of] this", "Format [this|it] as {to}", "Write this as {to}", "Rewrite as {to}", "[Change|Transform] this into {to}", "As {to}")


def make(w, corpora):
    if w.chance(0.55):
        values = things(w)
        forms, data = LISTS, values
    else:
        first = record(w)
        rows = [first]
        if w.chance(0.35):
            domain_keys = list(first)
            rows += [dict(zip(domain_keys, [w.pick([w.city, w.first, w.code, w.quantity])() for _ in domain_keys])) for _ in range(w.number(1, 2))]
        rows = [{k: v.replace(",", "") for k, v in r.items()} for r in rows]
        forms, data = RECORDS, rows
    source, target = w.sample(list(forms), 2)
    if not forms[target][1]:
        source, target = target, source
    return *request(w, polite(w, w.say(*ASKS, to=w.pick(forms[target][1]))), forms[source][0](data)), forms[target][0](data)
