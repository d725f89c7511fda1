// LFM2 (dense): most layers have a gated short convolution, the others attention as Qwen3's. Liquid AI 2025
// (arXiv 2511.23404). What a convolution sees of earlier positions lies in the timelines' windowed pages, so that
// prefixes, windows and memory are counted and kept as those of sliding-window layers are.
#include "model/decoder.h"

namespace tiergate {

namespace {

ShortConvolution load_convolution(WeightLoader& weights, const Hparams& h, const std::string& prefix) {
  const int64_t heights[] = {h.d_model, h.d_model, h.d_model};
  const std::vector<Matrix> in_proj = weights.stacked(prefix + "in_proj.weight", heights, h.d_model);
  ShortConvolution out{.w_b = in_proj[0], .w_c = in_proj[1], .w_x = in_proj[2], .w_out = {}, .taps = {}};
  out.w_out = weights.matrix(prefix + "out_proj.weight", h.d_model, h.d_model);
  // (d_model, convolution_length) in the file.
  const Matrix taps = weights.embedding(prefix + "conv.weight", h.d_model, h.convolution_length);
  std::vector<float> row(static_cast<size_t>(h.convolution_length));
  out.taps.resize(static_cast<size_t>(h.d_model) * row.size());
  for (int64_t i = 0; i < h.d_model; ++i) {
    taps.kernel->dequantize_row(taps.file_row(i), h.convolution_length, row.data());
    for (size_t tap = 0; tap < row.size(); ++tap)
      out.taps[tap * static_cast<size_t>(h.d_model) + static_cast<size_t>(i)] = row[tap];
  }
  return out;
}

struct Lfm2Layer {
  std::vector<float> attn_norm;       // (d_model,)
  ShortConvolution convolution;       // of a layer without attention
  Attention attention;                // of the others
  std::vector<float> q_norm, k_norm;  // (head_dim,), shared by the heads
  std::vector<float> ffn_norm;        // (d_model,)
  Mlp mlp;

  static constexpr const char* kOutputNorm = "token_embd_norm.weight";

  static Lfm2Layer load(WeightLoader& weights, const Hparams& h, int32_t i) {
    const std::string blk = block_name(i);
    Lfm2Layer layer;
    layer.attn_norm = weights.vector(blk + "attn_norm.weight", h.d_model);
    if (h.is_convolution(i)) {
      layer.convolution = load_convolution(weights, h, blk + "shortconv.");
    } else {
      layer.attention = load_attention(weights, h, blk);
      layer.q_norm = weights.vector(blk + "attn_q_norm.weight", h.head_dim);
      layer.k_norm = weights.vector(blk + "attn_k_norm.weight", h.head_dim);
    }
    layer.ffn_norm = weights.vector(blk + "ffn_norm.weight", h.d_model);
    layer.mlp = load_mlp(weights, h, blk);
    return layer;
  }

  void run(ForwardPass& pass, int32_t i) const {
    rms_norm(pass, attn_norm);
    if (pass.h.is_convolution(i)) {
      add_convolution(pass, i, convolution);
    } else {
      project_qkv(pass, attention);
      rms_norm_heads(pass, q_norm, k_norm);
      rotate(pass, i);
      attend(pass, i);
      add_attention(pass, attention);
    }
    rms_norm(pass, ffn_norm);
    add_swiglu(pass, mlp);
  }
};

/// The windowed pages hold what the convolutions see: a sliding window of attention would be another one.
void complete(Hparams& h) {
  // The convolution's products use the buffers of the MLP and of Q.
  if (h.d_ff < h.d_model || h.d_q() < h.d_model) {
    throw Error("MODEL_FORMAT_UNSUPPORTED", "this lfm2 model has an MLP or heads narrower than its " +
                                                std::to_string(h.d_model) + " values of a position");
  }
  if (h.window > 0) {
    throw Error("MODEL_FORMAT_UNSUPPORTED",
                "metadata key lfm2.attention.sliding_window is " + std::to_string(h.window) +
                    "; this engine runs lfm2 models whose attention has no window");
  }
}

}  // namespace

TIERGATE_ARCHITECTURE(lfm2, true, Decoder<Lfm2Layer>, complete)

}  // namespace tiergate
