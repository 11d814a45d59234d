/** How input is read. */
export interface ReadOptions {
  /** How deep its collections may be nested: 500 unless told, since more than 1,000 take more than the usual stack. */
  readonly nesting?: number;
}
