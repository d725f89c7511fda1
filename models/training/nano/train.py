"""Trains. Examples are grouped by length, so that little is padding; a wall-clock budget decides the learning rate (constant, then
down to zero over its second half), so that a run always ends annealed. Several workers share each batch (gloo on CPU).

    python3 -m nano.train --setting cpu --work WORK [--workers 2] [--budget SECONDS]
"""
import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

BUCKETS = (48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048)
WARM_STEPS = 60  # learning rate rises
SHORT_STEPS = 250  # only examples of up to 128 tokens: copying is learnt from short ones first
DECAY_FROM = 0.45  # of the budget
CHECKPOINT_S = 120.0


def steady_heap() -> None:
    """glibc gives big blocks back after each use and faults them in again: a third of the time of a step. Takes a new process."""
    wanted = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "8000000000", "MALLOC_TOP_PAD_": "134217728"}
    if sys.platform != "linux" or all(os.environ.get(k) == v for k, v in wanted.items()):
        return
    os.execve(sys.executable, [sys.executable, "-m", "nano.train", *sys.argv[1:]], {**os.environ, **wanted})


def rate(progress: float, step: int) -> float:
    return min(1.0, (step + 1) / WARM_STEPS) * min(1.0, max(0.0, (1 - progress) / (1 - DECAY_FROM)))


def batches(data, settings, workers: int, epoch: int):
    """Lists of example numbers, one list a step; the same for the same seed."""
    import numpy as np

    random = np.random.default_rng((settings.seed, epoch))
    lengths = np.diff(data["offsets"])
    all_batches, lower = [], 0
    for bucket in BUCKETS:
        ids = np.flatnonzero((lengths > lower) & (lengths <= min(bucket, settings.context)))
        lower = bucket
        random.shuffle(ids)
        size = max(1, settings.tokens_per_batch // bucket) * workers
        all_batches += [(bucket, ids[i : i + size]) for i in range(0, len(ids), size) if len(ids[i : i + size]) >= workers]
    random.shuffle(all_batches)
    if epoch == 0:
        short = [b for b in all_batches if b[0] <= 128][:SHORT_STEPS]
        chosen = {id(b[1]) for b in short}
        all_batches = short + [b for b in all_batches if id(b[1]) not in chosen]
    return all_batches


def batch_tensors(data, ids, settings, random, device):
    """tokens (batch, length), and positions with target and weight: every answer token, a quarter of the prompt's."""
    import numpy as np
    import torch

    starts, ends, answers = data["offsets"][ids], data["offsets"][ids + 1], data["answers"][ids]
    length = int((ends - starts).max())
    tokens = np.zeros((len(ids), length), np.int64)
    weight = np.zeros((len(ids), length), np.float32)
    for row, (start, end, answer) in enumerate(zip(starts, ends, answers)):
        n = end - start
        tokens[row, :n] = data["tokens"][start:end]
        weight[row, : answer - 1] = (random.random(answer - 1) < 0.25) * (4 * settings.prompt_weight)
        weight[row, answer - 1 : n - 1] = 1
    rows, columns = np.nonzero(weight)
    flat = torch.from_numpy(rows * length + columns).to(device)
    target = torch.from_numpy(tokens[rows, columns + 1]).to(device)
    return torch.from_numpy(tokens).to(device), flat, target, torch.from_numpy(weight[rows, columns]).to(device)


def loss_of(model, batch):
    """(weighted loss, its sum of weights, loss of the answers alone)"""
    import torch.nn.functional as F

    tokens, flat, target, weight = batch
    hidden = model.hidden(tokens)
    losses = F.cross_entropy(model.logits(hidden.reshape(-1, hidden.shape[-1])[flat]), target, reduction="none")
    answers = weight == 1
    return (losses * weight).sum() / weight.sum(), losses[answers].sum().item(), int(answers.sum())


def train(settings, work: Path, rank: int, workers: int) -> None:
    import numpy as np
    import torch
    import torch.distributed as dist

    from .data import load
    from .model import Nano
    from .optimizer import Optimizer
    from .validate import validate

    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu":
        torch.set_num_threads(1)
    if workers > 1:
        dist.init_process_group("gloo", init_method=f"file://{work}/meeting-{os.environ['NANO_MEETING']}", rank=rank, world_size=workers)
    data, held_out = load(work, "train"), load(work, "valid")
    model = Nano(settings).to(device)
    model.layers.to(torch.bfloat16)
    model.norm.data = model.norm.data.to(torch.bfloat16)
    optimizer = Optimizer(model, settings).bind(model)
    step, epoch, at, spent, seen = 0, 0, 0, 0.0, 0
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device)
        optimizer.load(state["optimizer"])
        step, epoch, at, spent, seen = (state[k] for k in ("step", "epoch", "at", "spent", "seen"))
    log = open(work / "train.log.jsonl", "a") if rank == 0 else None
    order = batches(data, settings, workers, epoch)
    began, last_save, sums = time.time() - spent, time.time(), [0.0, 0]
    cpu = time.process_time()

    def save() -> None:
        state = {"optimizer": optimizer.state(), "step": step, "epoch": epoch, "at": at, "spent": time.time() - began, "seen": seen}
        torch.save(state, checkpoint.with_suffix(".part"))
        os.replace(checkpoint.with_suffix(".part"), checkpoint)

    progress = spent / settings.budget_s
    while progress < 1:
        if at >= len(order):
            epoch, at = epoch + 1, 0
            order = batches(data, settings, workers, epoch)
        ids = order[at][1]
        at += 1
        random = np.random.default_rng((settings.seed, epoch, at, rank))
        loss, answer_loss, answer_tokens = loss_of(model, batch_tensors(data, ids[rank::workers], settings, random, device))
        loss.backward()
        clock = torch.tensor([time.time() - began if rank == 0 else 0.0, answer_loss, float(answer_tokens)])
        if workers > 1:
            params = [p for p in model.parameters()]
            flat = torch.cat([p.grad.reshape(-1).float() for p in params] + [clock])
            dist.all_reduce(flat)
            offset = 0
            for p in params:
                p.grad = (flat[offset : offset + p.numel()] / workers).view_as(p).to(p.dtype)
                offset += p.numel()
            clock = flat[offset:]
        optimizer.step(rate(progress, step), rank, workers)
        progress = clock[0].item() / settings.budget_s
        sums[0] += clock[1].item()
        sums[1] += clock[2].item()
        seen += int((data["offsets"][ids + 1] - data["offsets"][ids]).sum())
        step += 1
        if rank == 0 and (step % 20 == 0 or progress >= 1):
            row = {"step": step, "progress": round(progress, 4), "loss": round(sums[0] / max(1, sums[1]), 4), "tokens": seen,
                   "seconds": round(clock[0].item()), "cpu_s": round(time.process_time() - cpu)}
            sums = [0.0, 0]
            if step % 200 == 0 or progress >= 1:
                row["valid"] = validate(model, held_out, settings, device)
            print(json.dumps(row), file=log, flush=True)
            print(json.dumps(row), flush=True)
        if rank == 0 and (time.time() - last_save > CHECKPOINT_S or progress >= 1):
            save()
            last_save = time.time()
    if rank == 0:
        final = Nano(settings)
        optimizer.write_masters(final)
        torch.save({"weights": final.state_dict(), "steps": step, "tokens": seen, "seconds": time.time() - began}, work / "weights.pt")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--setting", default="cpu")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--budget", type=float)
    parser.add_argument("--rank", type=int, default=0)
    options = parser.parse_args()
    steady_heap()
    from .settings import settings

    children = []
    if options.rank == 0 and options.workers > 1:
        os.environ["NANO_MEETING"] = str(os.getpid())
        children = [subprocess.Popen([sys.executable, "-m", "nano.train", *sys.argv[1:], "--rank", str(r)]) for r in range(1, options.workers)]
    train(settings(options.setting, options.budget), options.work.resolve(), options.rank, options.workers)
    for child in children:
        if child.wait() != 0:
            raise SystemExit("a worker failed")


if __name__ == "__main__":
    main()
