// The quantisation that a GGUF file's name tells, as uploaders write it: NAME-Q4_K_M.gguf, UD-Q2_K_XL, BF16 ...
import { modelStem } from './split-names.ts';

const QUANTISATION =
  /(?:^|[-._/])((?:UD-)?(?:IQ\d|Q\d|TQ\d)(?:_[A-Z0-9]+)*|BF16|FP?16|FP?32|MXFP4(?:_MOE)?)(?=[-._/]|$)/gi;

/** In capitals; null: the name tells none. A folder of that name counts where the file's own name has none. */
export function quantisationOf(path: string): string | null {
  for (const text of [modelStem(path), path.replace(/\/?[^/]*$/, '')]) {
    const found = [...text.matchAll(QUANTISATION)].at(-1)?.[1]?.toUpperCase();
    if (found !== undefined) return found.replace(/^FP/, 'F');
  }
  return null;
}

/** `Q4_K_XL` also finds `UD-Q4_K_XL`. */
export function isQuantisation(path: string, asked: string): boolean {
  const found = quantisationOf(path);
  const wanted = asked.toUpperCase().replace(/^FP/, 'F');
  return found !== null && (found === wanted || found === `UD-${wanted}`);
}
