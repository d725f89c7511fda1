// Llama 2 and 3, Mistral, SmolLM2 and kin: grouped-query attention, RoPE on neighbouring pairs, SwiGLU; Mixtral with
// experts in its place.
// Touvron et al. 2023 (arXiv 2307.09288); scaled RoPE of Llama 3.1 comes as rope_freqs.weight.
#include "model/decoder.h"
#include "model/experts.h"

namespace tiergate {

namespace {

struct LlamaLayer {
  std::vector<float> attn_norm;  // (d_model,)
  Attention attention;           // with biases in a few derived models
  std::vector<float> ffn_norm;   // (d_model,)
  Mlp mlp;
  Experts experts;  // of Mixtral, instead

  static LlamaLayer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    return {.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model),
            .attention = load_attention(weights, h, blk, Biases::kIfAny),
            .ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model),
            .mlp = h.n_experts > 0 ? Mlp{} : load_mlp(weights, h, blk),
            .experts = h.n_experts > 0 ? load_experts(weights, h, blk) : Experts{}};
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    project_qkv(pass, attention);
    rotate(pass, i);
    attend(pass, i);
    add_attention(pass, attention);
    rms_norm(pass, ffn_norm);
    if (pass.h.n_experts > 0) {
      add_experts(pass, experts);
    } else {
      add_swiglu(pass, mlp);
    }
  }
};

/// Mixtral's experts are as wide as a dense model's MLP.
void complete(Hparams& h) {
  if (h.d_expert == 0) h.d_expert = h.d_ff;
}

}  // namespace

TIERGATE_ARCHITECTURE(llama, false, Decoder<LlamaLayer>, complete, true)

}  // namespace tiergate
