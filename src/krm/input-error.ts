import { YamlSyntaxError } from "../yaml/syntax-error.ts";

/** Input that is neither a ResourceList nor a stream of manifests. */
export class InputError extends Error {
  override readonly name = "InputError";

  /** True where the input is nested more deeply than it may be, and nothing else is known to be wrong. */
  get isTooDeep(): boolean {
    return this.cause instanceof YamlSyntaxError && this.cause.code === "nesting";
  }
}
