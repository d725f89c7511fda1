"""The tasks: one file each, with `make(words, corpora)` that returns (system or None, user, answer). The number is its share."""
from . import casing, classify, convert, copy_text, extract, labels, mentions, question, redact, refuse, summary, title

TASKS = {
    "extract": (extract.make, 20),
    "mentions": (mentions.make, 6),
    "question": (question.make, 22),
    "classify": (classify.make, 20),
    "labels": (labels.make, 10),
    "redact": (redact.make, 7),
    "title": (title.make, 4),
    "summary": (summary.make, 6),
    "casing": (casing.make, 5),
    "convert": (convert.make, 7),
    "copy": (copy_text.make, 5),
    "refuse": (refuse.make, 5),
}
