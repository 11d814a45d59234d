/** A command line that can't be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The command line that was meant. */
  readonly meant: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly meant?: string | undefined } = {}) {
    super(message, options);
    this.meant = options.meant;
  }
}
