import { printable, printableLines } from "../text/printable.ts";
import type { Mutable } from "../yaml/mutable.ts";

/**
 * What a function says about the list that it was given: data, which may hold whatever the input holds. What is shown of it
 * goes through {@link formatResult} or {@link printableResult}.
 *
 * https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
 */
export interface Result {
  readonly message: string;
  /** Only the exit code fails a pipeline: an orchestrator ignores severities. */
  readonly severity: Severity;
  readonly resourceRef?: ResourceRef;
  readonly field?: ResultField;
  readonly file?: ResultFile;
  /** Where it stands in the stream or in the file; a list has no lines that anybody else knows. */
  readonly position?: Position;
  /** What a program may sort results by. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Where the registry fails for all its images, for those who tell that once: no list holds it. */
  readonly registryFailure?: RegistryFailure;
}

/** A registry that failed, most likely for all its images. */
export interface RegistryFailure {
  /** What could not be done: to pin an image, or to compare it. */
  readonly kind: "pin" | "check";
  readonly registry: string;
  /** What is true of all its images. */
  readonly reason: string;
  /** The image, as it is written. */
  readonly image: string;
  /** Whether it looks like a machine without a network. */
  readonly hasNoNetwork: boolean;
}

/** As the specification has it; the type that kpt-functions exports says "warn". */
export type Severity = "error" | "warning" | "info";

/** The resource that a result is about. */
export interface ResourceRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The field that a result is about, with its value before and after. */
export interface ResultField {
  /** From the resource's root: `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly currentValue?: string;
  readonly proposedValue?: string;
}

/** The file that a resource came from. */
export interface ResultFile {
  /** Relative to the package, with forward slashes. */
  readonly path: string;
  /** Position of the resource in the file, from 0. */
  readonly index?: number;
}

/** A place in a text. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

/**
 * One line for people: `[error] apps/v1/Deployment/default/web spec.template.spec.containers[0].image: …`. What has a position
 * begins with it, as editors and terminals know it: `web.yaml:12:16: …`, and `line 12: …` for a stream.
 */
export function formatResult({ position, ...result }: Result): string {
  const { severity, message, file, ...named } = result;
  const place = position === undefined ? formatPlace(result) : formatPlace(named);
  const where = position === undefined ? "" : `${formatPosition(file, position)}: `;
  return printable(`${where}[${severity}] ${placed(place, message)}`);
}

function formatPosition(file: ResultFile | undefined, { line, column }: Position): string {
  return file === undefined ? `line ${line}` : `${file.path}:${line}:${column}`;
}

/** The same result in texts that can do nothing but be read, for those who show it. */
export function printableResult({ message, severity, resourceRef, field, file, tags }: Result): Result {
  const shown: Mutable<Result> = { message: printable(message), severity };
  if (resourceRef !== undefined) shown.resourceRef = printableMembers(resourceRef, printable);
  if (field !== undefined) shown.field = printableMembers(field, printableOfField);
  if (file !== undefined) {
    const path = printable(file.path);
    shown.file = path === file.path ? file : { ...file, path };
  }
  if (tags !== undefined) shown.tags = printableMembers(tags, printable);
  return shown;
}

/** The values of a field have lines. */
const printableOfField: Show = (text, name) => (name === "path" ? printable(text) : printableLines(text));

/** What is shown of a member. */
type Show = (text: string, name: string) => string;

/** Nearly always there is nothing to escape, and nothing to copy. */
function printableMembers<Members extends object>(members: Members, show: Show): Members {
  for (const name in members) {
    const value: unknown = members[name];
    if (value !== show(String(value), name)) return escapedMembers(members, show);
  }
  return members;
}

function escapedMembers<Members extends object>(members: Members, show: Show): Members {
  const shown = Object.entries(members).map(([name, value]) => [name, show(String(value), name)]);
  // Checked: all members are texts, by the same names.
  return Object.fromEntries(shown) as Members;
}

/** A message with the place that it is about, for readers who see neither beside it. */
export function placed(place: string, message: string): string {
  return place === "" ? message : `${place}: ${message}`;
}

/** A place, as far as something is known of it. */
interface Place {
  readonly resourceRef?: Partial<ResourceRef> | undefined;
  readonly field?: Pick<ResultField, "path"> | undefined;
  readonly file?: Pick<ResultFile, "path"> | undefined;
}

/** What a result is about: `apps/v1/Deployment/default/web spec.image (web.yaml)`; "" where it is about nothing. */
export function formatPlace({ resourceRef, field, file }: Place): string {
  return [resourceRef && formatRef(resourceRef), field?.path, file && `(${file.path})`]
    .filter(Boolean)
    .join(" ");
}

/** The parts of an object's name that there are, with slashes. */
export function formatRef({ apiVersion, kind, namespace, name }: Partial<ResourceRef>): string {
  return [apiVersion, kind, namespace, name].filter(Boolean).join("/");
}

const rank = { error: 0, warning: 1, info: 2 } as const satisfies Record<Severity, number>;

/** Errors first, then warnings; orchestrators show only the first lines. The order is otherwise kept. */
export function bySeverity(results: readonly Result[]): readonly Result[] {
  return results.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}

/** Whether a result fails the run. */
export function isError({ severity }: Result): boolean {
  return severity === "error";
}
