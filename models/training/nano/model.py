"""A llama-architecture decoder: RMSNorm, RoPE (half rotation, as Hugging Face has it), grouped-query attention, SwiGLU, tied
embeddings. Matrices are kept in float32 by the optimizer and used in `dtype` (bfloat16 for training, float32 for evaluation)."""
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .functions import swiglu
from .settings import Settings
from .spelling import Spelling


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    scale = torch.rsqrt((x * x).mean(-1, keepdim=True, dtype=torch.float32) + eps)
    return x * scale.to(x.dtype) * weight


def rope_tables(settings: Settings, length: int, dtype: torch.dtype, device) -> tuple[Tensor, Tensor]:
    """cos and sin, (length, head_dim)."""
    half = settings.head_dim // 2
    inverse = settings.rope_theta ** (-torch.arange(half, dtype=torch.float32, device=device) / half)
    angles = torch.outer(torch.arange(length, dtype=torch.float32, device=device), inverse)
    angles = torch.cat((angles, angles), -1)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat((-right, left), -1) * sin


class Layer(nn.Module):
    """x (batch, length, d_model) to the same. Q, K and V are one matrix, gate and up another."""

    def __init__(self, s: Settings):
        super().__init__()
        self.s = s
        kv = s.n_kv_heads * s.head_dim
        self.qkv = nn.Parameter(torch.empty(s.d_model + 2 * kv, s.d_model))
        self.out = nn.Parameter(torch.empty(s.d_model, s.d_model))
        self.gate_up = nn.Parameter(torch.empty(2 * s.d_ff, s.d_model))
        self.down = nn.Parameter(torch.empty(s.d_model, s.d_ff))
        self.attention_norm = nn.Parameter(torch.ones(s.d_model))
        self.feed_forward_norm = nn.Parameter(torch.ones(s.d_model))

    def attention(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        s = self.s
        batch, length, _ = x.shape
        kv = s.n_kv_heads * s.head_dim
        q, k, v = F.linear(x, self.qkv).split((s.d_model, kv, kv), -1)
        q = q.view(batch, length, s.n_heads, s.head_dim).transpose(1, 2)
        k = k.view(batch, length, s.n_kv_heads, s.head_dim).transpose(1, 2)
        v = v.view(batch, length, s.n_kv_heads, s.head_dim).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        # (batch, n_kv_heads, group * length, head_dim): the queries of a group share one product with their keys.
        group = s.n_heads // s.n_kv_heads
        q = (q * (1 / math.sqrt(s.head_dim))).reshape(batch * s.n_kv_heads, group * length, s.head_dim)
        k = k.reshape(batch * s.n_kv_heads, length, s.head_dim)
        v = v.reshape(batch * s.n_kv_heads, length, s.head_dim)
        scores = torch.bmm(q, k.transpose(1, 2)).view(-1, group, length, length) + mask
        mixed = torch.bmm(scores.softmax(-1).view(-1, group * length, length), v)
        mixed = mixed.view(batch, s.n_heads, length, s.head_dim).transpose(1, 2).reshape(batch, length, s.d_model)
        return F.linear(mixed, self.out)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        eps = self.s.rms_eps
        x = x + self.attention(rms_norm(x, self.attention_norm, eps), cos, sin, mask)
        return x + F.linear(swiglu(F.linear(rms_norm(x, self.feed_forward_norm, eps), self.gate_up)), self.down)


class Nano(nn.Module):
    """With a `spelling` (training) a token's embedding is the sum of three: of its letters, of its marks (space before, capitals) and
    its own; without (export, evaluation) it is one row of a table."""

    def __init__(self, s: Settings, spelling: Spelling | None = None):
        super().__init__()
        self.s, self.spelling = s, spelling
        if spelling is None:
            self.embedding = nn.Parameter(torch.empty(s.vocab_size, s.d_model))  # stays float32
        else:
            self.embedding_letters = nn.Parameter(torch.empty(spelling.count, s.d_model))
            self.embedding_marks = nn.Parameter(torch.empty(spelling.marks.shape[1], s.d_model))
            self.embedding_own = nn.Parameter(torch.zeros(s.vocab_size, s.d_model))
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.n_layers))
        self.norm = nn.Parameter(torch.ones(s.d_model))
        generator = torch.Generator().manual_seed(s.seed)
        for name, p in self.named_parameters():
            if p.dim() == 2 and name != "embedding_own":
                residual = name.endswith((".out", ".down"))
                std = 0.02 if name.startswith("embedding") else (0.2 if residual else 0.5) / math.sqrt(p.shape[1])
                p.data.copy_(torch.randn(p.shape, generator=generator) * std)

    def table(self) -> Tensor:
        """Embeddings (vocab_size, d_model), float32."""
        if self.spelling is None:
            return self.embedding
        return F.embedding(self.spelling.letters, self.embedding_letters) + self.spelling.marks @ self.embedding_marks + self.embedding_own

    def plain(self) -> dict[str, Tensor]:
        """The weights as of a model without `spelling`."""
        kept = {name: t for name, t in self.state_dict().items() if not name.startswith("embedding")}
        return {"embedding": self.table().detach(), **kept}

    def hidden(self, tokens: Tensor, table: Tensor | None = None) -> Tensor:
        """tokens (batch, length) to (batch, length, d_model), after the last norm. Padding stands on the right."""
        dtype = self.layers[0].qkv.dtype
        length = tokens.shape[1]
        x = F.embedding(tokens, self.table() if table is None else table).to(dtype)
        cos, sin = rope_tables(self.s, length, dtype, tokens.device)
        mask = torch.full((length, length), -1e4, dtype=dtype, device=tokens.device).triu(1)
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        return rms_norm(x, self.norm, self.s.rms_eps)

    def logits(self, hidden: Tensor, table: Tensor | None = None) -> Tensor:
        """(..., d_model) to (..., vocab_size), in the type of `hidden`."""
        return F.linear(hidden, (self.table() if table is None else table).to(hidden.dtype))
