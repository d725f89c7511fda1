// 512-bit vectors with 8-bit dot products in one instruction (Intel Ice Lake and later, AMD Zen 4 and later).
// arch: x86_64
// flags: -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx2 -mfma -mf16c -mprefer-vector-width=512 -mprfchw
#include "kernels/instantiate.inl.h"
#include "kernels/isa/avx512_vectors.h"

KERNEL_TABLE(avx512_vnni, Avx512Vnni, "AVX-512 with VNNI, 512-bit dot products", 30,
             kCpuAvx512 | kCpuAvx512Vnni)
