#include "session/session.h"

namespace tiergate {

void EngineSession::truncate(int32_t n_past) {
  if (n_past < 0 || n_past > timeline.n_past()) {
    throw Error("INVALID_REQUEST", "cannot truncate a session of " + std::to_string(timeline.n_past()) +
                                       " tokens to " + std::to_string(n_past) +
                                       "; give a length from 0 to the present one");
  }
  timeline.truncate(n_past);
  history.truncate(n_past);
  pooled.truncate(n_past);
}

void EngineSession::set_sampler(const SamplerOptions& options) {
  sampler.configure(options, n_vocab_);
  // New options mean a new request: what was generated before is now part of its prompt.
  history.end_completion();
}

}  // namespace tiergate
