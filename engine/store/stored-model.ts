// A model that is on this machine, wherever it stands.

export interface StoredFile {
  /** Absolute. */
  path: string;
  bytes: number;
  /** In hexadecimal, as the store says it, not as found by reading the file; null: it says none. */
  sha256: string | null;
}

export interface StoredModel {
  /** What can stand where a model file is asked for: `hf:ORG/REPO/FILE.gguf`, `ollama:NAME:TAG`, a path ... */
  name: string;
  place: PlaceName;
  /** Commit of the repository; null where the store knows none. */
  revision: string | null;
  /** In order; the first is what the engine opens. At least one. */
  files: StoredFile[];
}

export type PlaceName =
  | 'models folder'
  | 'tiergate'
  | 'Hugging Face cache'
  | 'Ollama'
  | 'LM Studio'
  | 'in the box';

export type Environment = Record<string, string | undefined>;

/** One kind of store. It is read in place; nothing of another program is ever written. */
export interface Place {
  name: PlaceName;
  /** Folders that are looked at, whether they exist or not. */
  folders(env: Environment, cwd: string): string[];
  /** Never throws: what cannot be read is not listed. */
  list(env: Environment, cwd: string): StoredModel[];
}

export const modelBytes = ({ files }: StoredModel): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);
