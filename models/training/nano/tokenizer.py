"""Byte-level BPE, trained here: words are cut as Qwen2 does (digits one by one), bytes are written as GPT-2's characters, and the
most frequent pair is merged until the vocabulary is full. Written in the form of Hugging Face's tokenizer.json.

The merges of letters come first, learnt from words without the space (or quote) before them; those that put a space before a piece
come last. So a name is cut into the same pieces wherever it stands, at the start of an answer or inside a sentence, and copying it is
copying its tokens."""
import json
import re
from collections import Counter
from functools import lru_cache
from heapq import heapify, heappop, heappush
from pathlib import Path

SPECIALS = ("<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|pad|>")
# Qwen2's expression; Python's re has no \p{L}: [^\W\d_] is a letter for all that is not a number like "²".
CUT = re.compile(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|(?:(?![\r\n])(?:[^\w]|_))?[^\W\d_]+|\d| ?(?:[^\s\w]|_)+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
PATTERN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEMPLATE = "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"


def byte_characters() -> list[str]:
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    other = iter(range(256, 512))
    return [chr(b) if b in plain else chr(next(other)) for b in range(256)]


BYTES = byte_characters()


class Tokenizer:
    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.ranks = {pair: i for i, pair in enumerate(merges)}
        self.tokens = [*BYTES, *(a + b for a, b in merges)]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.special = {text: len(self.tokens) + i for i, text in enumerate(SPECIALS)}
        self.word = lru_cache(1 << 20)(self._word)

    def _word(self, word: str) -> tuple[int, ...]:
        parts = [BYTES[b] for b in word.encode()]
        while len(parts) > 1:
            rank, at = min((self.ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == 1 << 30:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return tuple(self.ids[p] for p in parts)

    def encode(self, text: str) -> list[int]:
        return [t for word in CUT.findall(text) for t in self.word(word)]

    def chat(self, system: str | None, user: str, answer: str) -> tuple[list[int], int]:
        """Tokens of a whole exchange, and where the answer begins."""
        s = self.special
        tokens = [s["<|system|>"], *self.encode(system), s["<|end|>"]] if system else []
        tokens += [s["<|user|>"], *self.encode(user), s["<|end|>"], s["<|assistant|>"]]
        return tokens + self.encode(answer) + [s["<|end|>"]], len(tokens)

    def save(self, folder: Path) -> None:
        model = {"type": "BPE", "byte_fallback": False, "vocab": self.ids, "merges": [f"{a} {b}" for a, b in self.merges]}
        split = {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}
        json_text = {
            "version": "1.0",
            "added_tokens": [{"id": i, "content": text, "special": True} for text, i in self.special.items()],
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}]},
            "post_processor": None,
            "decoder": {"type": "ByteLevel"},
            "model": model,
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(json_text, ensure_ascii=False))
        config = {"eos_token": "<|end|>", "pad_token": "<|pad|>", "add_bos_token": False, "add_eos_token": False, "chat_template": TEMPLATE, "tokenizer_class": "PreTrainedTokenizerFast"}
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))

    @staticmethod
    def load(folder: Path) -> "Tokenizer":
        merges = json.loads((folder / "tokenizer.json").read_text())["model"]["merges"]
        return Tokenizer([tuple(m.split(" ", 1)) for m in merges])


SPACED = 0.34  # share of the vocabulary that is a space and a piece


def train_tokenizer(texts, vocab_size: int) -> Tokenizer:
    """`vocab_size` tokens with the bytes and the special ones."""
    found = Counter(word for text in texts for word in CUT.findall(text))
    counts: Counter = Counter()
    for word, n in found.items():
        counts[bare(word)] += n
    room = vocab_size - 256 - len(SPECIALS)
    merges = merged(counts, room - int(room * SPACED))
    pieces, first = Tokenizer(merges), Counter()
    for word, n in found.items():
        if word[0] == " " and len(word) > 1 and word[1].isalpha():
            first[pieces.tokens[pieces.word(word[1:])[0]]] += n
    space = BYTES[32]
    return Tokenizer(merges + [(space, piece) for piece, _ in first.most_common(room - len(merges))])


def bare(word: str) -> str:
    """A word of letters without the one sign that the cut leaves before it."""
    return word[1:] if len(word) > 1 and not word[0].isalnum() and word[1].isalpha() and word[0] != "'" else word


def merged(counts: Counter, most: int) -> list[tuple[str, str]]:
    words = [([BYTES[b] for b in word.encode()], n) for word, n in counts.items() if n > 1]
    pairs: Counter = Counter()
    where: dict[tuple[str, str], set[int]] = {}
    for i, (parts, n) in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pairs[pair] += n
            where.setdefault(pair, set()).add(i)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapify(heap)
    merges = []
    while len(merges) < most and heap:
        count, best = heappop(heap)
        if -count != pairs[best]:  # counted since: back with the present number
            if pairs[best] > 0:
                heappush(heap, (-pairs[best], best))
            continue
        merges.append(best)
        grown = set()
        for i in where.pop(best):
            parts, n = words[i]
            for pair in zip(parts, parts[1:]):
                pairs[pair] -= n
            at = 0
            while at < len(parts) - 1:
                if (parts[at], parts[at + 1]) == best:
                    parts[at : at + 2] = [parts[at] + parts[at + 1]]
                at += 1
            for pair in zip(parts, parts[1:]):
                pairs[pair] += n
                where.setdefault(pair, set()).add(i)
                grown.add(pair)
        del pairs[best]
        for pair in grown:
            heappush(heap, (-pairs[pair], pair))
    return merges
