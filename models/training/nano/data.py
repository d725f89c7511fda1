"""Examples on disk, as numpy arrays: tokens (uint16, one after the other), offsets (n + 1), answers (where the answer begins, from
the example's own start) and tasks (number of the task in `TASKS`)."""
from pathlib import Path

import numpy as np

NAMES = ("tokens", "offsets", "answers", "tasks")


def parts(work: Path) -> list[str]:
    """The parts of the training examples that are there: an epoch goes over one of them."""
    return sorted((p.name.split(".")[0] for p in work.glob("train-*.tasks.npy")), key=lambda name: int(name.split("-")[1]))


def load(work: Path, part: str) -> dict[str, np.ndarray]:
    return {name: np.load(work / f"{part}.{name}.npy", mmap_mode="r" if name == "tokens" else None) for name in NAMES}


def save(work: Path, part: str, examples: list[tuple[list[int], int, int]]) -> None:
    """`examples`: (tokens, where the answer begins, task)."""
    lengths = [len(tokens) for tokens, _, _ in examples]
    arrays = {
        "tokens": np.fromiter((t for tokens, _, _ in examples for t in tokens), np.uint16, sum(lengths)),
        "offsets": np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        "answers": np.array([answer for _, answer, _ in examples], np.int32),
        "tasks": np.array([task for _, _, task in examples], np.uint8),
    }
    for name, values in arrays.items():  # "tasks" is the last: a part that has it is whole
        np.save(work / f"{part}.{name}.npy", values)
