"""Makes the examples and the tokenizer.

    python3 -m nano.build --setting cpu --lists LISTS.json --work WORK [--tokenizer FOLDER]
"""
import argparse
import time
from collections import Counter
from pathlib import Path

from .corpora import Corpora
from .data import save
from .settings import settings
from .tasks import TASKS
from .tokenizer import Tokenizer, train_tokenizer
from .words import Words

NAMES = list(TASKS)
PART = 100_000  # examples


def examples(words: Words, corpora: Corpora, count: int):
    weights = [share for _, share in TASKS.values()]
    for name in words.r.choices(NAMES, weights, k=count):
        yield name, *TASKS[name][0](words, corpora)


def write(work: Path, part: str, tokenizer: Tokenizer, made, context: int) -> None:
    rows, tasks = [], Counter()
    for name, system, user, answer in made:
        tokens, start = tokenizer.chat(system, user, answer)
        if len(tokens) <= context:
            rows.append((tokens, start, NAMES.index(name)))
            tasks[name] += len(tokens)
    save(work, part, rows)
    total = sum(tasks.values())
    print(f"{part}: {len(rows)} examples, {total / 1e6:.2f} M tokens;", ", ".join(f"{n} {100 * t / total:.0f} %" for n, t in tasks.most_common()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--setting", default="cpu")
    parser.add_argument("--lists", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, help="a Hugging Face folder: its tokenizer instead of a new one, for a run that goes on after another")
    options = parser.parse_args()
    s, began = settings(options.setting), time.time()
    options.work.mkdir(parents=True, exist_ok=True)
    corpora = Corpora()
    print(f"corpora: {len(corpora.intents)} intents, {len(corpora.sentences)} sentences with names")
    if options.tokenizer is None:
        sample = Words(options.lists, f"{s.seed} tokenizer")
        texts = (t or "" for row in examples(sample, corpora, min(s.examples, 15_000)) for t in row[1:])
        tokenizer = train_tokenizer(texts, s.vocab_size)
    else:
        tokenizer = Tokenizer.load(options.tokenizer)
    tokenizer.save(options.work / "hf")
    print(f"tokenizer: {len(tokenizer.tokens) + len(tokenizer.special)} tokens, {time.time() - began:.0f} s")
    write(options.work, "valid", tokenizer, examples(Words(options.lists, f"{s.seed} valid"), corpora, min(600, s.examples // 4)), s.context)
    for part in range(-(-s.examples // PART)):
        made = examples(Words(options.lists, f"{s.seed} train {part}"), corpora, min(PART, s.examples - part * PART))
        write(options.work, f"train-{part}", tokenizer, made, s.context)
    (options.work / "built").write_text(options.setting)
    print(f"{time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
