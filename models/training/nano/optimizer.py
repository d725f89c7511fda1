"""Muon for the matrices (momentum, then the nearest orthogonal matrix by Newton and Schulz: Jordan et al., "Muon", 2024), AdamW
for embeddings and norms. Matrices of one shape are orthogonalised in one batch. Master weights are float32."""
import torch
from torch import Tensor

from .model import Nano
from .settings import Settings

MOMENTUM = 0.95
BETAS = (0.9, 0.98)
DECAY = 0.01
OWN = 0.3  # learning rate of the part of an embedding that tokens do not share


def orthogonal(g: Tensor, dtype: torch.dtype) -> Tensor:
    """(n, rows, columns): five steps of the quintic iteration; singular values end between about 0.7 and 1.2."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.to(dtype)
    tall = x.shape[1] > x.shape[2]
    x = x.transpose(1, 2).contiguous() if tall else x
    x = x / (x.float().norm(dim=(1, 2), keepdim=True) + 1e-7).to(dtype)
    for _ in range(5):
        square = torch.bmm(x, x.transpose(1, 2))
        x = a * x + torch.bmm(b * square + c * torch.bmm(square, square), x)
    return x.transpose(1, 2) if tall else x


class Optimizer:
    def __init__(self, model: Nano, settings: Settings):
        self.s, self.step_count = settings, 0
        self.groups: dict[tuple[int, ...], list[torch.nn.Parameter]] = {}
        self.others: list[torch.nn.Parameter] = []
        self.other_scales: list[float] = []
        for name, p in model.named_parameters():
            if p.dim() == 2 and not name.startswith("embedding"):
                self.groups.setdefault((name.rsplit(".", 1)[-1], *p.shape), []).append(p)
            else:
                self.others.append(p)
                self.other_scales.append(OWN if name == "embedding_own" else 1.0)
        self.masters = {key: torch.stack([p.detach().float() for p in ps]) for key, ps in self.groups.items()}
        self.momenta = {key: torch.zeros_like(m) for key, m in self.masters.items()}
        self.other_masters = [p.detach().float().clone() for p in self.others]
        self.adam = [(torch.zeros_like(m), torch.zeros_like(m)) for m in self.other_masters]

    @torch.no_grad()
    def step(self, scale: float, rank: int = 0, workers: int = 1) -> None:
        """`scale`: share of the full learning rate, 0 to 1. Of several workers each orthogonalises its part of the layers."""
        self.step_count += 1
        updates = {}
        for key, ps in self.groups.items():
            momentum = self.momenta[key]
            grad = torch.stack([p.grad for p in ps]).float()
            momentum.lerp_(grad, 1 - MOMENTUM)
            grad.lerp_(momentum, MOMENTUM)
            updates[key] = torch.zeros_like(grad)
            if len(ps[rank::workers]) > 0:
                updates[key][rank::workers] = orthogonal(grad[rank::workers], ps[0].dtype).float()
        if workers > 1:
            flat = torch.cat([u.view(-1) for u in updates.values()])
            torch.distributed.all_reduce(flat)
            for u, part in zip(updates.values(), flat.split([u.numel() for u in updates.values()])):
                u.copy_(part.view_as(u))
        for key, ps in self.groups.items():
            master, update = self.masters[key], updates[key]
            lr = scale * self.s.matrix_lr * max(1.0, master.shape[1] / master.shape[2]) ** 0.5
            master.mul_(1 - lr * DECAY).add_(update, alpha=-lr)
            for p, m in zip(ps, master):
                p.copy_(m)
                p.grad = None
        lr = scale * self.s.other_lr
        b1, b2 = BETAS
        for p, master, (m, v), part in zip(self.others, self.other_masters, self.adam, self.other_scales):
            grad = p.grad.float()
            m.lerp_(grad, 1 - b1)
            v.mul_(b2).addcmul_(grad, grad, value=1 - b2)
            root = (v / (1 - b2**self.step_count)).sqrt_().add_(1e-10)
            master.addcdiv_(m, root, value=-lr * part / (1 - b1**self.step_count))
            p.copy_(master)
            p.grad = None

    @torch.no_grad()
    def write_masters(self, model: Nano) -> None:
        """The float32 weights into a float32 model."""
        own = dict(model.named_parameters())
        flat = {id(p): m for key, ps in self.groups.items() for p, m in zip(ps, self.masters[key])}
        flat.update({id(p): m for p, m in zip(self.others, self.other_masters)})
        for name, p in self.names.items():
            own[name].copy_(flat[id(p)])

    def bind(self, model: Nano) -> "Optimizer":
        self.names = dict(model.named_parameters())
        return self

    def state(self) -> dict:
        return {"masters": self.masters, "momenta": self.momenta, "others": self.other_masters, "adam": self.adam, "steps": self.step_count}

    @torch.no_grad()
    def load(self, state: dict) -> None:
        self.masters, self.momenta = state["masters"], state["momenta"]
        self.other_masters, self.adam, self.step_count = state["others"], state["adam"], state["steps"]
        for key, ps in self.groups.items():
            for p, m in zip(ps, self.masters[key]):
                p.copy_(m)
        for p, m in zip(self.others, self.other_masters):
            p.copy_(m)
