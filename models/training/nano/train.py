"""Trains. Examples are grouped by length, so that little is padding. The budget is CPU time (a paused or crowded machine costs
nothing); the learning rate is constant, then goes down to zero over the budget's last part, so that a run always ends annealed.
A file WORK/finish with a number plans that anew: down to zero over so many seconds from now. Several workers share each batch
(gloo on CPU). Epochs go over the parts of the data in turn. `--after` goes on from another run's checkpoint (same tokenizer and
shape): its weights and momenta, with a budget and a learning rate of this run's own.

    python3 -m nano.train --setting cpu --work WORK [--workers 2] [--budget SECONDS] [--after CHECKPOINT] [--peak SHARE]
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


class Plan:
    """Share of the full learning rate at a moment of the budget."""

    def __init__(self, budget: float, finish: Path, peak: float):
        self.end, self.slope_from, self.top = budget, budget * DECAY_FROM, peak
        self.finish, self.read = finish, 0.0

    def share(self, spent: float) -> float:
        return self.top * min(1.0, max(0.0, (self.end - spent) / (self.end - self.slope_from)))

    def look(self, spent: float) -> None:
        changed = self.finish.stat().st_mtime if self.finish.exists() else 0.0
        if changed != self.read:
            self.top, self.slope_from, self.end = self.share(spent), spent, spent + float(self.finish.read_text())
            self.read = changed


def batches(data, settings, workers: int, epoch: int, short_first: bool):
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
    if short_first:
        short = [b for b in all_batches if b[0] <= 128][:SHORT_STEPS]
        chosen = {id(b[1]) for b in short}
        all_batches = short + [b for b in all_batches if id(b[1]) not in chosen]
    return all_batches


def batch_tensors(data, ids, settings, random, device):
    """tokens (batch, length), and positions with target, weight and whether of an answer: every answer token, a quarter of the prompt's.
    A long answer weighs more than a short one, but not by its length: 3 / sqrt(length) a token."""
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
        weight[row, answer - 1 : n - 1] = min(2.0, max(0.4, 3 / (n - answer) ** 0.5))
    rows, columns = np.nonzero(weight)
    flat = torch.from_numpy(rows * length + columns).to(device)
    target = torch.from_numpy(tokens[rows, columns + 1]).to(device)
    of_answer = torch.from_numpy(columns >= answers[rows] - 1).to(device)
    return torch.from_numpy(tokens).to(device), flat, target, torch.from_numpy(weight[rows, columns]).to(device), of_answer


def loss_of(model, batch):
    """(weighted loss, sum of the answers' losses, their tokens)"""
    from .functions import cross_entropy

    tokens, flat, target, weight, of_answer = batch
    table = model.table()
    hidden = model.hidden(tokens, table)
    logits = model.logits(hidden.reshape(-1, hidden.shape[-1])[flat], table)
    loss, losses = cross_entropy(logits, target, weight / weight.sum())
    return loss, losses[of_answer].sum().item(), int(of_answer.sum())


def train(settings, work: Path, rank: int, workers: int, after: Path | None, peak: float) -> None:
    import numpy as np
    import torch
    import torch.distributed as dist

    from .data import load, parts
    from .model import Nano
    from .optimizer import Optimizer
    from .spelling import Spelling
    from .tokenizer import Tokenizer
    from .validate import validate

    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu":
        torch.set_num_threads(1)
    if workers > 1:
        dist.init_process_group("gloo", init_method=f"file://{work}/meeting-{os.environ['NANO_MEETING']}", rank=rank, world_size=workers)
    held_out = load(work, "valid")
    spelling = Spelling(Tokenizer.load(work / "hf"), settings.vocab_size, device)
    model = Nano(settings, spelling).to(device)
    model.layers.to(torch.bfloat16)
    model.norm.data = model.norm.data.to(torch.bfloat16)
    optimizer = Optimizer(model, settings).bind(model)
    step, epoch, at, spent, seen, first = 0, 0, 0, 0.0, 0, 0  # first: the step at which this run began
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device)
        optimizer.load(state["optimizer"])
        step, epoch, at, spent, seen, first = (state[k] for k in ("step", "epoch", "at", "spent", "seen", "first"))
    elif after is not None:
        state = torch.load(after, map_location=device)
        optimizer.load(state["optimizer"])
        step = first = state["step"]
        seen = state["seen"]
    log = open(work / "train.log.jsonl", "a") if rank == 0 else None
    clock_of = time.time if device == "cuda" else time.process_time
    began, last_save, sums = clock_of() - spent, time.time(), [0.0, 0]
    plan = Plan(settings.budget_s, work / "finish", peak)

    def examples_of(epoch: int):
        names = parts(work)
        data = load(work, names[epoch % len(names)])
        return data, batches(data, settings, workers, epoch, short_first=epoch == 0 and first == 0)

    def save() -> None:
        state = {"optimizer": optimizer.state(), "step": step, "epoch": epoch, "at": at, "spent": clock_of() - began, "seen": seen, "first": first}
        torch.save(state, checkpoint.with_suffix(".part"))
        os.replace(checkpoint.with_suffix(".part"), checkpoint)

    data, order = examples_of(epoch)
    while spent < plan.end:
        if at >= len(order):
            epoch, at = epoch + 1, 0
            data, order = examples_of(epoch)
        ids = order[at][1]
        at += 1
        random = np.random.default_rng((settings.seed, epoch, at, rank))
        loss, answer_loss, answer_tokens = loss_of(model, batch_tensors(data, ids[rank::workers], settings, random, device))
        loss.backward()
        if rank == 0:
            plan.look(spent)
        share = min(1.0, (step - first + 1) / WARM_STEPS) * plan.share(spent)
        clock = torch.tensor([clock_of() - began, share, plan.end, answer_loss, float(answer_tokens)])
        if rank > 0:
            clock[:3] = 0
        if workers > 1:
            params = [p for p in model.parameters()]
            flat = torch.cat([p.grad.reshape(-1).float() for p in params] + [clock])
            dist.all_reduce(flat)
            offset = 0
            for p in params:
                p.grad = (flat[offset : offset + p.numel()] / workers).view_as(p).to(p.dtype)
                offset += p.numel()
            clock = flat[offset:]
        optimizer.step(clock[1].item(), rank, workers)
        spent, plan.end = clock[0].item(), clock[2].item()
        sums[0] += clock[3].item()
        sums[1] += clock[4].item()
        seen += int((data["offsets"][ids + 1] - data["offsets"][ids]).sum())
        step += 1
        if rank == 0 and (step % 20 == 0 or spent >= plan.end):
            row = {"step": step, "rate": round(clock[1].item(), 4), "loss": round(sums[0] / max(1, sums[1]), 4), "tokens": seen,
                   "seconds": round(spent), "end": round(plan.end), "at": time.strftime("%H:%M:%S")}
            sums = [0.0, 0]
            if step % 400 == 0 or spent >= plan.end:
                row["valid"] = validate(model, held_out, settings, device)
            print(json.dumps(row), file=log, flush=True)
            print(json.dumps(row), flush=True)
        if rank == 0 and (time.time() - last_save > CHECKPOINT_S or spent >= plan.end):
            save()
            last_save = time.time()
    if rank == 0:
        final = Nano(settings, spelling)
        optimizer.write_masters(final)
        torch.save({"weights": final.plain(), "steps": step, "tokens": seen, "seconds": spent}, work / "weights.pt")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--setting", default="cpu")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--budget", type=float)
    parser.add_argument("--after", type=Path)
    parser.add_argument("--peak", type=float, default=1.0, help="highest share of the setting's learning rates")
    parser.add_argument("--rank", type=int, default=0)
    options = parser.parse_args()
    steady_heap()
    from .settings import settings

    children = []
    if options.rank == 0 and options.workers > 1:
        os.environ["NANO_MEETING"] = str(os.getpid())
        children = [subprocess.Popen([sys.executable, "-m", "nano.train", *sys.argv[1:], "--rank", str(r)]) for r in range(1, options.workers)]
    train(settings(options.setting, options.budget), options.work.resolve(), options.rank, options.workers, options.after, options.peak)
    for child in children:
        if child.wait() != 0:
            raise SystemExit("a worker failed")


if __name__ == "__main__":
    main()
