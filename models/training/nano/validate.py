"""Loss of the answers, and the share of answers whose every token is the likeliest one, for each task of held-out examples."""
import numpy as np
import torch
import torch.nn.functional as F


@torch.no_grad()
def validate(model, data, settings, device: str, tokens_per_batch: int = 4096) -> dict[str, list[float]]:
    from .tasks import TASKS

    lengths = np.diff(data["offsets"])
    order = np.argsort(lengths, kind="stable")
    sums = np.zeros((len(TASKS), 4))  # loss, tokens, exact, examples
    at = 0
    while at < len(order):
        size = 1
        while at + size < len(order) and (size + 1) * lengths[order[at + size]] <= tokens_per_batch:
            size += 1
        ids = order[at : at + size]
        at += size
        tokens = np.zeros((len(ids), lengths[ids].max()), np.int64)
        for row, i in enumerate(ids):
            tokens[row, : lengths[i]] = data["tokens"][data["offsets"][i] : data["offsets"][i + 1]]
        x = torch.from_numpy(tokens).to(device)
        hidden = model.hidden(x)
        for row, i in enumerate(ids):
            start, end = data["answers"][i] - 1, lengths[i] - 1
            logits, target = model.logits(hidden[row, start:end]).float(), x[row, start + 1 : end + 1]
            losses = F.cross_entropy(logits, target, reduction="sum").item()
            exact = bool((logits.argmax(-1) == target).all())
            sums[data["tasks"][i]] += (losses, end - start, exact, 1)
    return {name: [round(s[0] / s[1], 3), round(s[2] / s[3], 3)] for name, s in zip(TASKS, sums) if s[3]}
