// Sizes as people read them: files in powers of ten, as download pages tell them, memory in powers of two.

/** `1.50 MB`, `4.92 GB` */
export const fileSize = (bytes: number): string =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(bytes < 1e8 ? 2 : 0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;

/** `12 MiB`, `4.6 GiB` */
export const memorySize = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
