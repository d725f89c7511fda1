"""A request that offers labels to choose from."""


def shown(label: str, style: int) -> str:
    """0: as it is; 1: with spaces; 2: in capitals at the front."""
    return label if style == 0 else label.replace("_", " ") if style == 1 else label.replace("_", " ").capitalize()


def listed(w, labels: list[str]) -> str:
    style = w.number(0, 6)
    if style <= 1:
        return ", ".join(labels)
    if style == 2:
        return (", ".join(labels[:-1]) + " or " + labels[-1]) if len(labels) > 1 else labels[0]
    if style == 3:
        return " / ".join(labels)
    if style == 4:
        return ", ".join(f'"{x}"' for x in labels)
    if style == 5:
        return "[" + ", ".join(labels) + "]"
    return ("\n- " + "\n- ".join(labels)) if w.chance(0.5) else " | ".join(labels)


FORMS = ("{ask}. [Options|Labels|Choices|Categories|Classes]: {list}", "{ask} as {list}", "{ask}: {list}", "{ask}. [Answer|Reply] with one of: {list}", "{ask}. Choose from {list}", "{ask} ({list})", "{ask}. [Pick|Use|Choose] one [label|option|category|]: {list}", "{ask}. Possible [labels|answers]: {list}", "Is this {list}?", "{list}?", "{ask}. Allowed values: {list}. Answer with the label only", "{ask}. One word: {list}")


def offered(w, ask: str, labels: list[str]) -> str:
    frame = w.pick(FORMS)
    if "{ask}" in frame and ask.endswith("?"):
        frame = frame.replace("{ask}.", "{ask}").replace("{ask}:", "{ask}")
    return w.expand(frame.replace("{ask}", "\0").replace("{list}", "\1")).replace("\0", ask).replace("\1", listed(w, labels))
