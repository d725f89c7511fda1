"""Examples as text, for whoever wants to ask a model what it was not trained on: JSON lines {task, system, user, answer}.

    python3 -m nano.sample --lists LISTS.json --seed NAME --count N
"""
import argparse
import json
from pathlib import Path

from .corpora import Corpora
from .tasks import TASKS
from .words import Words


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lists", type=Path, required=True)
    parser.add_argument("--seed", required=True, help="any text; another one than training's: other words in the same frames")
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    words, corpora = Words(options.lists, options.seed), Corpora()
    names, weights = list(TASKS), [share for _, share in TASKS.values()]
    for name in words.r.choices(names, weights, k=options.count):
        system, user, answer = TASKS[name][0](words, corpora)
        print(json.dumps({"task": name, "system": system, "user": user, "answer": answer}))


if __name__ == "__main__":
    main()
