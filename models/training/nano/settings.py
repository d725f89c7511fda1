"""Shapes and budgets. `tiny` is what tests run; `cpu` is what the shipped model was trained with; `gpu` is for one data-centre GPU."""
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Settings:
    """Widths are multiples of 256 (but for `tiny`): a row of a K-quant is a whole number of super-blocks."""

    name: str
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    d_ff: int
    vocab_size: int
    context: int
    examples: int  # generated for training
    tokens_per_batch: int  # of one worker
    budget_s: float  # CPU time of one worker (wall clock on a GPU); the learning rate reaches zero when it is spent
    matrix_lr: float = 0.02  # Muon; Jordan et al. 2024 use 0.02 for hidden matrices
    other_lr: float = 3e-3  # AdamW: embeddings and norms
    prompt_weight: float = 0.05  # loss of a prompt token; of an answer token about 1
    rope_theta: float = 10000.0
    rms_eps: float = 1e-5
    seed: int = 20261128

    @property
    def head_dim(self) -> int:
        return self.d_model // self.n_heads

    def body_parameters(self) -> int:
        attention = 2 * self.d_model * self.d_model + 2 * self.d_model * self.n_kv_heads * self.head_dim
        return self.n_layers * (attention + 3 * self.d_model * self.d_ff + 2 * self.d_model) + self.d_model

    def parameters(self) -> int:
        return self.body_parameters() + self.vocab_size * self.d_model


SETTINGS = {
    s.name: s
    for s in (
        Settings("tiny", 64, 2, 4, 2, 128, 512, 256, 400, 1024, 20.0),
        Settings("cpu", 256, 5, 4, 2, 512, 4096, 1024, 500_000, 3072, 6000.0),
        Settings("gpu", 512, 10, 8, 4, 1536, 8192, 2048, 6_000_000, 131_072, 1800.0),
    )
}


def settings(name: str, budget_s: float | None = None) -> Settings:
    if name not in SETTINGS:
        raise SystemExit(f"no setting {name!r}; there are: {', '.join(SETTINGS)}")
    chosen = SETTINGS[name]
    return replace(chosen, budget_s=budget_s) if budget_s else chosen


__all__ = ["Settings", "SETTINGS", "settings", "asdict"]
