// 128-bit vectors with 8-bit dot products (ARMv8.2-A dotprod: Apple M1, Cortex-A76, Neoverse N1 and later).
// arch: aarch64
// flags: -march=armv8.2-a+dotprod+fp16
#include "kernels/instantiate.inl.h"
#include "kernels/isa/neon_vectors.h"

KERNEL_TABLE(neon, Neon, "NEON with 8-bit dot products", 10, kCpuNeon | kCpuNeonDotprod)
