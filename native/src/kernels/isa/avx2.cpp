// 256-bit vectors (Intel Haswell and later, AMD Zen and later).
// arch: x86_64
// flags: -mavx2 -mfma -mf16c -mprfchw
#include "kernels/instantiate.inl.h"
#include "kernels/isa/avx2_vectors.h"

KERNEL_TABLE(avx2, Avx2, "AVX2 with FMA and F16C", 10, kCpuAvx2)
