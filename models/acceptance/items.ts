// Requests whose right answer is known, by the generators that the model in the box was trained with: other words in the same frames.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../contract/built-file.ts';
import type { ChatMessage } from '../../contract/chat.ts';

export interface TaskItem {
  task: string;
  messages: ChatMessage[];
  /** The right answer. */
  answer: string;
}

const TRAINING = join(packageRoot, 'models', 'training');

/**
 * The same seed gives the same requests. Null: there is no `python3` (or what `PYTHON` names).
 * @param seed any text that training does not use
 */
export function taskItems(seed: string, count: number): TaskItem[] | null {
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-items-'));
  try {
    const lists = join(folder, 'lists.json');
    const made = spawnSync(process.execPath, ['--import', 'tsx', join(TRAINING, 'lists.ts'), lists], {
      cwd: packageRoot,
    });
    if (made.status !== 0) throw new Error(`the word lists could not be made: ${made.stderr}`);
    const { status, stdout, stderr, error } = spawnSync(
      process.env['PYTHON'] ?? 'python3',
      ['-m', 'nano.sample', '--lists', lists, '--seed', seed, '--count', String(count)],
      {
        cwd: TRAINING,
        encoding: 'utf8',
        maxBuffer: 1e9,
        env: { ...process.env, TIERGATE_SHARED_DATA: folder },
      },
    );
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null;
    if (status !== 0) throw new Error(`no requests could be made: ${stderr}`);
    return stdout
      .trim()
      .split('\n')
      .map((line) => {
        const row = JSON.parse(line) as { task: string; system: string | null; user: string; answer: string };
        const system: ChatMessage[] = row.system === null ? [] : [{ role: 'system', content: row.system }];
        return {
          task: row.task,
          messages: [...system, { role: 'user', content: row.user }],
          answer: row.answer,
        };
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** JSON by its value; texts but for case, blanks and what stands around them. */
function plain(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .replace(/^[\s."']+|[\s."']+$/g, '');
  }
}

export const isRight = (item: Pick<TaskItem, 'answer'>, given: string): boolean =>
  plain(given) === plain(item.answer);
