"""What tokens share: "Anna", " Anna", " anna" and "ANNA" have the same letters and differ in marks. Training adds up an embedding of
the letters, one of the marks and one of the token, so that what is learnt of one spelling holds for the others."""
import torch

from .tokenizer import BYTES, SPECIALS, Tokenizer

BYTE_OF = {c: b for b, c in enumerate(BYTES)}


class Spelling:
    """letters: (vocab_size,), number of the token's letters; marks: (vocab_size, 3): space before, first letter a capital, all capitals."""

    def __init__(self, tokenizer: Tokenizer, vocab_size: int, device="cpu"):
        numbers: dict[str, int] = {}
        letters, marks = [], []
        for token in [*tokenizer.tokens, *SPECIALS]:
            text = token if token in SPECIALS else bytes(BYTE_OF[c] for c in token).decode("utf-8", "surrogateescape")
            bare = text[1:] if len(text) > 1 and text[0] == " " else text
            letters.append(numbers.setdefault(bare.lower(), len(numbers)))
            marks.append([bare is not text, bare[:1].isupper(), len(bare) > 1 and bare.isupper()])
        for _ in range(vocab_size - len(letters)):  # a vocabulary that the texts did not fill
            letters.append(numbers.setdefault(f"\0{len(letters)}", len(numbers)))
            marks.append([False] * 3)
        self.count = len(numbers)
        self.letters = torch.tensor(letters, device=device)
        self.marks = torch.tensor(marks, dtype=torch.float32, device=device)
