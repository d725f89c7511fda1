// Realistic values in place of the real ones: `Robin Holm` for `John Smith`, `Holm` for `Smith`, an address of no town, and the
// reserved values of `format`. Reads best to a model that writes; ids and secrets still get placeholders. Put back in the answer.
import type { Form } from '../forms.ts';
import { fold, isNamePart } from '../name-places.ts';
import { defineOperator, type OperatorContext, type StandIn } from '../operator.ts';
import { formatPlaceholder, MAX_PLACEHOLDER_LENGTH } from '../placeholders.ts';
import { reservedValues } from '../reserved.ts';
import { COMPANIES, NAME_POOLS, type NamePool, STREETS, TOWNS } from '../surrogate-names.ts';

const WORD = /\p{L}[\p{L}\p{M}]*/gu;

/** Written as `like` is: all capitals, all small, or as it is. */
function inCaseOf(like: string, word: string): string {
  if (like.length > 1 && like === like.toUpperCase() && like !== like.toLowerCase())
    return word.toUpperCase();
  return like === like.toLowerCase() && like !== like.toUpperCase() ? word.toLowerCase() : word;
}

/** Hands out the words of a list that do not stand in the request, each once. */
class Drawer {
  readonly #next = new Map<readonly string[], number>();
  readonly #isTaken: (text: string) => boolean;

  constructor(isTaken: (text: string) => boolean) {
    this.#isTaken = isTaken;
  }

  draw(list: readonly string[]): string | null {
    for (let i = this.#next.get(list) ?? 0; i < list.length; i += 1) {
      this.#next.set(list, i + 1);
      const word = list[i] as string;
      if (!this.#isTaken(word)) return word;
    }
    return null;
  }
}

/** Each word of a name gets one of its own, so that different names never become one. */
class Names {
  readonly #drawer: Drawer;
  /** Person's number and folded word -> its surrogate. */
  readonly #words = new Map<string, string>();

  constructor(drawer: Drawer) {
    this.#drawer = drawer;
  }

  standIn({ value, number }: Form): StandIn | null {
    const pool = NAME_POOLS.find(({ script }) => script.test(value));
    const all = [...value.matchAll(WORD)].filter(([word]) => isNamePart(word));
    if (pool === undefined || all.length === 0) return null;
    const parts: { text: string; value: string }[] = [];
    let out = '';
    let copied = 0;
    for (const [i, match] of all.entries()) {
      const word = match[0];
      const drawn = this.#wordFor(number, word, i === all.length - 1 ? 'family' : 'given', pool);
      if (drawn === null) return null;
      const text = inCaseOf(word, word.length === 1 ? (drawn[0] as string) : drawn);
      out += value.slice(copied, match.index) + text;
      copied = match.index + word.length;
      if (word.length > 1) parts.push({ text, value: word });
    }
    return { text: out + value.slice(copied), form: 'literal', parts };
  }

  #wordFor(person: number, word: string, kind: 'given' | 'family', pool: NamePool): string | null {
    const key = `${person} ${fold(word)}`;
    const drawn = this.#words.get(key) ?? this.#drawer.draw(pool[kind]);
    if (drawn !== null) this.#words.set(key, drawn);
    return drawn;
  }
}

const literal = (text: string | null): StandIn | null => (text === null ? null : { text, form: 'literal' });

function create({ isTaken }: OperatorContext): (form: Form) => StandIn {
  const drawer = new Drawer(isTaken);
  const names = new Names(drawer);
  const reserved = reservedValues(isTaken);
  const used = new Set<string>();

  const realistic = (form: Form): StandIn | null => {
    switch (form.type) {
      case 'PERSON':
        return names.standIn(form);
      case 'ORGANIZATION':
        return literal(drawer.draw(COMPANIES));
      case 'LOCATION':
        return literal(drawer.draw(TOWNS));
      case 'ADDRESS': {
        const street = drawer.draw(STREETS);
        return street === null ? null : literal(`${10 + form.number} ${street} Street`);
      }
      default:
        return literal(reserved(form.type, form.value));
    }
  };
  return (form) => {
    const standIn = realistic(form);
    const isUsable =
      standIn !== null &&
      standIn.text.length <= MAX_PLACEHOLDER_LENGTH &&
      !used.has(standIn.text) &&
      !isTaken(standIn.text);
    if (!isUsable)
      return { text: formatPlaceholder(form.type, form.number, form.variant), form: 'placeholder' };
    used.add(standIn.text);
    return standIn;
  };
}

export default defineOperator({ name: 'surrogate', create });
