/** What is told about a field of a resource. */
import { type Resource, resourceRef } from "./krm/resource.ts";
import type { Result, Severity } from "./krm/result.ts";

/** A field, and the value that it has. */
interface Place {
  readonly resource: Partial<Resource>;
  readonly path: string;
  readonly value?: string;
}

/** What is to be told. */
export interface Said {
  readonly severity: Severity;
  readonly message: string;
  readonly currentValue?: string;
  readonly proposedValue?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A result about a field; what names it goes into the message where the specification has no place for it. */
export function resultAt(
  { resource, path, value }: Place,
  { severity, message, tags, ...values }: Said,
): Result {
  const ref = resourceRef(resource);
  const file = resource.file === undefined ? undefined : { file: resource.file };
  const more = tags === undefined ? file : { ...file, tags };
  if (ref === undefined) {
    const nameless = `${resource.kind || "object"} without a name`;
    return { message: `${nameless}, \`${path}\`: ${message}`, severity, ...more };
  }
  const current = value === undefined ? undefined : { currentValue: value };
  return { message, severity, resourceRef: ref, field: { path, ...current, ...values }, ...more };
}
