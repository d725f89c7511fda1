"""Writes the weights as Hugging Face keeps a Llama: config.json and model.safetensors, beside the tokenizer's files.

    python3 -m nano.export --setting cpu --work WORK [--untrained]   # to WORK/hf, or WORK/untrained
    python3 -m nano.export --setting cpu --work WORK --logits IDS.json OUT.f32
"""
import argparse
import json
import shutil
import struct
from pathlib import Path

import torch

from .model import Nano
from .settings import settings
from .tokenizer import SPECIALS


def tensors(model: Nano) -> dict[str, torch.Tensor]:
    """By Hugging Face's names, float32."""
    s = model.s
    kv = s.n_kv_heads * s.head_dim
    found = {"model.embed_tokens.weight": model.embedding, "model.norm.weight": model.norm}
    for i, layer in enumerate(model.layers):
        at = f"model.layers.{i}."
        q, k, v = layer.qkv.split((s.d_model, kv, kv))
        gate, up = layer.gate_up.chunk(2)
        found |= {
            f"{at}self_attn.q_proj.weight": q, f"{at}self_attn.k_proj.weight": k, f"{at}self_attn.v_proj.weight": v,
            f"{at}self_attn.o_proj.weight": layer.out, f"{at}mlp.gate_proj.weight": gate, f"{at}mlp.up_proj.weight": up,
            f"{at}mlp.down_proj.weight": layer.down, f"{at}input_layernorm.weight": layer.attention_norm,
            f"{at}post_attention_layernorm.weight": layer.feed_forward_norm,
        }
    return {name: t.detach().float().contiguous() for name, t in found.items()}


def write_safetensors(path: Path, named: dict[str, torch.Tensor]) -> None:
    """huggingface/safetensors, README "Format": length of the header, header, tensors."""
    header, offset = {}, 0
    for name, t in named.items():
        size = t.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for t in named.values():
            file.write(t.numpy().tobytes())


def write_folder(model: Nano, folder: Path) -> None:
    s = model.s
    folder.mkdir(parents=True, exist_ok=True)
    eos = s.vocab_size - len(SPECIALS)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": s.d_model, "intermediate_size": s.d_ff,
        "num_hidden_layers": s.n_layers, "num_attention_heads": s.n_heads, "num_key_value_heads": s.n_kv_heads, "head_dim": s.head_dim,
        "max_position_embeddings": s.context, "rms_norm_eps": s.rms_eps, "rope_theta": s.rope_theta, "vocab_size": s.vocab_size,
        "tie_word_embeddings": True, "hidden_act": "silu", "eos_token_id": eos, "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    write_safetensors(folder / "model.safetensors", tensors(model))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--setting", default="cpu")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--untrained", action="store_true")
    parser.add_argument("--logits", type=Path, nargs=2, help="lists of token ids; every position's logits are written, float32")
    options = parser.parse_args()
    model = Nano(settings(options.setting))
    if options.untrained:
        folder = options.work / "untrained"
        write_folder(model, folder)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(options.work / "hf" / name, folder / name)
        return
    model.load_state_dict(torch.load(options.work / "weights.pt", map_location="cpu")["weights"])
    if options.logits:
        with torch.no_grad(), options.logits[1].open("wb") as out:
            for ids in json.loads(options.logits[0].read_text()):
                out.write(model.logits(model.hidden(torch.tensor([ids])))[0].numpy().tobytes())
        return
    write_folder(model, options.work / "hf")


if __name__ == "__main__":
    main()
