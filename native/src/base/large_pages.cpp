#include "base/large_pages.h"

#include <sys/mman.h>

namespace tiergate {

void ask_for_large_pages(void* data, size_t n_bytes) {
#ifdef MADV_HUGEPAGE
  if (n_bytes > 0) ::madvise(data, n_bytes, MADV_HUGEPAGE);
#else
  (void)data;
  (void)n_bytes;
#endif
}

}  // namespace tiergate
