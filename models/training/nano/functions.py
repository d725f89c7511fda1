"""Two functions whose gradients PyTorch computes slowly on a CPU in bfloat16 (a sixth of a step), written out."""
import numpy as np
import torch
from torch import Tensor


class Swiglu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate_up: Tensor) -> Tensor:
        ctx.save_for_backward(gate_up)
        gate, up = gate_up.chunk(2, -1)
        return gate * torch.sigmoid(gate) * up

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        (gate_up,) = ctx.saved_tensors
        gate, up = gate_up.chunk(2, -1)
        s = torch.sigmoid(gate)
        silu = gate * s
        out = torch.empty_like(gate_up)
        to_gate, to_up = out.chunk(2, -1)
        torch.mul(grad, silu, out=to_up)
        slope = (1 - s).mul_(silu).add_(s)
        torch.mul(slope.mul_(up), grad, out=to_gate)
        return out


ROWS = 256  # at a time: they stay in the cache, and no block is so big that memory is asked for anew


def softmax_(x: Tensor) -> None:
    """In place, float32. numpy's exponential is ten times as fast as that of Debian's PyTorch on a CPU with AVX-512."""
    x.sub_(x.amax(-1, keepdim=True))
    if x.is_cuda:
        x.exp_()
    else:
        numbers = x.numpy()
        np.exp(numbers, out=numbers)
    x.div_(x.sum(-1, keepdim=True))


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        slope, losses = torch.empty_like(logits), []
        buffer = torch.empty((min(ROWS, len(logits)), logits.shape[1]), device=logits.device)
        for rows, right, into, scale in zip(logits.detach().split(ROWS), target.split(ROWS), slope.split(ROWS), weight.split(ROWS)):
            shares = buffer[: len(rows)].copy_(rows)
            softmax_(shares)
            at = (torch.arange(len(rows), device=rows.device), right)
            losses.append(-torch.log(shares[at] + 1e-20))
            shares[at] -= 1
            into.copy_(shares.mul_(scale[:, None]))
        ctx.save_for_backward(slope)
        each = torch.cat(losses)
        ctx.mark_non_differentiable(each)
        return (each * weight).sum(), each

    @staticmethod
    def backward(ctx, grad: Tensor, _) -> tuple[Tensor, None, None]:
        return ctx.saved_tensors[0] * grad.to(ctx.saved_tensors[0].dtype), None, None


def swiglu(gate_up: Tensor) -> Tensor:
    """(..., 2 d_ff), gate then up, to silu(gate) * up (..., d_ff)."""
    return Swiglu.apply(gate_up)


def cross_entropy(logits: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """logits (n, vocab_size), target and weight (n): (weighted sum, the loss of each in nats, without gradient)."""
    return CrossEntropy.apply(logits, target, weight)
