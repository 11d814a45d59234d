/** What is told about a field of a resource. */

import { shorten } from "../text/quote.ts";
import type { Mutable } from "../yaml/mutable.ts";
import { type Resource, resourceRef } from "./resource.ts";
import type { Result, ResultField, Severity } from "./result.ts";

/** A field, and the value that it has. */
interface Place {
  readonly resource: Partial<Resource>;
  readonly path: string;
  readonly value?: string | undefined;
  /** The offset in the text, where it is known. */
  readonly at?: number | undefined;
}

/** What is to be told. */
export interface ResultContent {
  readonly severity: Severity;
  readonly message: string;
  readonly currentValue?: string;
  readonly proposedValue?: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** A result about a field; what names it goes into the message where the specification has no place for it. */
export function resultAt(place: Place, said: ResultContent): Result {
  const { resource, path, value } = place;
  const { severity, message, tags, currentValue = value, proposedValue } = said;
  const result: Mutable<Result> = { message, severity };
  const ref = resourceRef(resource);
  if (ref === undefined && !resource.isNameless) {
    result.message = `${resource.kind || "object"} without a name, \`${path}\`: ${message}`;
  } else {
    const field: Mutable<ResultField> = { path };
    if (currentValue !== undefined) field.currentValue = shorten(currentValue, VALUE_MAX);
    if (proposedValue !== undefined) field.proposedValue = shorten(proposedValue, VALUE_MAX);
    if (ref !== undefined) result.resourceRef = ref;
    result.field = field;
  }
  if (resource.file !== undefined) result.file = resource.file;
  if (resource.positionOf !== undefined) result.position = resource.positionOf(place);
  if (tags !== undefined) result.tags = tags;
  return result;
}

// An image is shorter; what is no image may be any text, and stand in many places through an alias.
const VALUE_MAX = 1024;
