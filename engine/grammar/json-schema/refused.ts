// A schema that cannot be enforced exactly is refused before anything is generated, by the keyword and where it stands.

export class SchemaRefused extends Error {
  readonly keyword: string;
  readonly path: string;

  /** path: a JSON pointer into the schema. */
  constructor(keyword: string, path: string, why: string) {
    super(`the keyword "${keyword}" at ${path || '#'} ${why}`);
    this.keyword = keyword;
    this.path = path;
  }
}
