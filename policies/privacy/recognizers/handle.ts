// Handles of people and accounts in posts and chats: `@anna_w84`. Not addresses, packages (`@types/node`), decorators, tags of
// comments and style sheets, nor calls to everybody.
import { defineRecognizer, type FoundSpan } from '../../../contract/recognizer.ts';
import { blockKindAt } from '../block-kind.ts';

const HANDLE = /@([A-Za-z_]\w{1,29})(?![\w@/(]|[.:-][\p{L}\d_]|-@)/uy;
/** Letters, digits and what joins words: `a@b`, `x.@y`, `/@scope`. */
const JOINS = /[\p{L}\p{N}_.@/$\\#&{'"`-]/u;
/** Words that stand behind `@` in documentation, programs, style sheets and teams' chats. */
const NO_HANDLE = new Set(
  (
    'param params arg args return returns throws throw example see since deprecated type typedef template private public protected ' +
    'override media import keyframes charset supports layer apply author authors version link code inheritdoc property staticmethod ' +
    'classmethod dataclass test bean autowired inject component service entity table column id controller module input output ' +
    'nullable notnull ignore suppress todo internal file brief license copyright default const class interface enum function ' +
    'here channel everyone all team latest next home work school noon midnight least'
  ).split(' '),
);

function findHandles(text: string): FoundSpan[] {
  const found: FoundSpan[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at > 0 && JOINS.test(text[at - 1] as string)) continue;
    HANDLE.lastIndex = at;
    const match = HANDLE.exec(text);
    if (match === null || NO_HANDLE.has((match[1] as string).toLowerCase())) continue;
    const end = at + match[0].length;
    if (blockKindAt(text, at, end) === 'prose') found.push([at, end, 0.55]);
  }
  return found;
}

export default defineRecognizer({
  name: 'handle',
  type: 'USERNAME',
  anchors: ['@'],
  patterns: [],
  find: findHandles,
  examples: {
    match: [
      ['RT @anna_w84: so good!', '@anna_w84'],
      ['thanks @JordanPeele, loved it', '@JordanPeele'],
      ['@mkowalski can you look at this?', '@mkowalski'],
    ],
    noMatch: [
      'npm install @types/node',
      '@Component({ selector: "app" })',
      ' * @param name the name',
      'jo@example',
      'we meet @ noon',
      '@everyone lunch is here',
      '@media screen and (max-width: 600px)',
      'left-pad@1.3.0',
    ],
  },
});
