// Python's view of the values that @huggingface/jinja evaluates: `str()`, `repr()`, HTML escaping.
// Source: Jinja 3.1 and MarkupSafe, as Python's chat templates use them.

/** A runtime value of @huggingface/jinja, which exports no types for them. */
export interface Value {
  type: string;
  value: unknown;
}

/** Python's `str()` of a value: True, None, ['a', 1], {'k': 'v'}. */
export function pythonText(value: Value, inside = false): string {
  const content = value.value;
  if (value.type === 'BooleanValue') return content ? 'True' : 'False';
  if (value.type === 'NullValue') return 'None';
  if (value.type === 'UndefinedValue') return '';
  if (typeof content === 'string') return inside ? pythonQuoted(content) : content;
  if (Array.isArray(content)) {
    const items = content.map((item: Value) => pythonText(item, true)).join(', ');
    if (value.type !== 'TupleValue') return `[${items}]`;
    return content.length === 1 ? `(${items},)` : `(${items})`;
  }
  if (content instanceof Map) {
    const entries = [...(content as Map<string | number, Value>)].map(
      ([key, item]) => `${typeof key === 'number' ? key : pythonQuoted(key)}: ${pythonText(item, true)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  return String(value);
}

const pythonQuoted = (text: string): string => {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return escaped.includes("'") && !escaped.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll("'", "\\'")}'`;
};

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

/** MarkupSafe's `escape`. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>'"]/g, (character) => ENTITIES[character]!);
