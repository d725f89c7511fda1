"""Licensed texts that training may use, where they are there (`TIERGATE_SHARED_DATA`, else ../shared/data); the pipeline also runs
without. CLINC150 (CC BY 3.0) and Banking77 (CC BY 4.0): train splits. Wikigold (CC BY 4.0) and the Broad Twitter Corpus, sections
a, b and e (CC BY 4.0): the first four fifths. The rest of each is left for evaluation."""
import json
import os
import re
from pathlib import Path


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.open()] if path.exists() else []


class Corpora:
    def __init__(self, root: Path | None = None):
        root = root or Path(os.environ.get("TIERGATE_SHARED_DATA", "../shared/data"))
        self.intents: dict[str, list[str]] = {}  # by intent; of one corpus each
        self.families: list[list[str]] = []  # intents that one request may offer together
        for name in ("tasks_clinc150", "tasks_banking77"):
            own: dict[str, list[str]] = {}
            for row in rows(root / "routing" / f"{name}.jsonl"):
                if row["split"] == "train" and row["intent"] != "oos":
                    own.setdefault(row["intent"].rstrip("?").lower(), []).append(row["prompt"])
            self.families.append(sorted(own))
            self.intents.update(own)
        self.families = [family for family in self.families if len(family) > 1]
        self.mentions: list[tuple[str, list[tuple[str, str]]]] = []  # (text, [(label, mention)])
        for name in ("wikigold", "btc_a", "btc_b", "btc_e"):
            found = rows(root / "pii" / f"{name}.jsonl")
            for row in found[: len(found) * 4 // 5]:
                text = re.sub(r"\s+", " ", row["text"]).strip()
                if 25 < len(text) < 320 and text.isprintable() and sum(ord(c) > 0x24F for c in text) < 3:
                    self.mentions.append((text, [(s["label"], s["text"]) for s in row["spans"] if s["text"] in text]))
        self.people = [(t, [m for label, m in spans if label == "PERSON"]) for t, spans in self.mentions if any(label == "PERSON" for label, _ in spans)]
        self.sentences = [t for t, _ in self.mentions]
