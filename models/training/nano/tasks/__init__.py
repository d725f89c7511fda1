"""The tasks: one file each, with `make(words, corpora)` that returns (system or None, user, answer). The number is its share."""
from . import casing, classify, convert, copy_text, extract, labels, mentions, question, redact, refuse, summary, title

TASKS = {
    "extract": (extract.make, 20),
    "mentions": (mentions.make, 6),
    "question": (question.make, 22),
    "classify": (classify.make, 24),
    "labels": (labels.make, 11),
    "redact": (redact.make, 10),
    "title": (title.make, 6),
    "summary": (summary.make, 8),
    "casing": (casing.make, 5),
    "convert": (convert.make, 7),
    "copy": (copy_text.make, 6),
    "refuse": (refuse.make, 5),
}
