/** Tables of options: a row says all that is to be known of one. */
import type { JsonSchema } from "./json-schema.ts";
import { group, type OptionValue, type Reader, reader, type Tell } from "./option-reader.ts";

/** An option. */
export interface OptionRow<T> {
  /** What it may be. */
  readonly type: Reader<T>;
  /** What holds where nothing is said; left out where nothing holds. */
  readonly default?: T;
  /** One line on what it is for. */
  readonly meaning: string;
  /** The name of its flag, where that is not the option's own: of `onError` it is `--on-error`. */
  readonly flag?: string;
  /** The rows of a group. */
  readonly rows?: AnyRows;
  /** How the default reads, where it is not its own text. */
  readonly shownDefault?: string;
}

/** A row for each option of a group, by its name. */
export type OptionRows<T> = { readonly [Name in keyof T]-?: OptionRow<NonNullable<T[Name]>> };

/** A table, whatever it is of. */
export type AnyRows = Readonly<Record<string, OptionRow<unknown>>>;

/** Reads the options of a table; those left out are left out. `constraints` are what a schema says of them together. */
export function tableReader<T>(rows: OptionRows<T>, constraints: JsonSchema = {}): Reader<Partial<T>> {
  const entries = Object.entries<OptionRow<unknown>>(rows);
  const readers = Object.fromEntries(entries.map(([name, { type }]) => [name, type]));
  // Checked: each row has a reader of what its name is.
  const read = group<T>(readers as Parameters<typeof group<T>>[0]);
  // Not made of the schema of the group, whose properties would be put together for nothing in every run.
  const schema = {
    type: ["object", "null"],
    get properties(): JsonSchema {
      return Object.fromEntries(entries.map(([name, row]) => [name, rowSchema(row)]));
    },
    additionalProperties: false,
    ...constraints,
  };
  return reader((raw: OptionValue, tell: Tell) => read(raw, tell), { ...read.traits, schema });
}

/** What a table says where nothing is said. */
function defaultsOf<T>(rows: OptionRows<T>): Partial<T> {
  const entries = Object.entries<OptionRow<unknown>>(rows);
  const defaults = entries.flatMap(([name, row]) => (row.default === undefined ? [] : [[name, row.default]]));
  // Checked: each row has a default of what its name is.
  return Object.fromEntries(defaults) as Partial<T>;
}

/** A row for a group of options, of which those left out have their defaults. */
export function groupRow<T extends object>(meaning: string, rows: OptionRows<T>): OptionRow<T> {
  // Checked: each row of such a group has a default.
  const defaults = defaultsOf(rows) as T;
  const read = tableReader(rows);
  const type = reader((raw: OptionValue, tell: Tell) => {
    const options = read(raw, tell);
    return options && { ...defaults, ...options };
  }, read.traits);
  return { type, default: defaults, meaning, rows };
}

function rowSchema({ type, meaning }: OptionRow<unknown>): JsonSchema {
  return { description: meaning, ...type.traits.schema };
}
