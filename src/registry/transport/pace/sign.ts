/** What came of a request, as far as the pace at its origin is concerned. */
export type Sign =
  /** An answer that is no complaint, be it that there is no such image. */
  | {
      readonly kind: "good";
      /** Milliseconds on a connection that was there. */
      readonly took: number;
      /** Answers of one sort take about as long as each other. */
      readonly sort: string;
    }
  /** It comes too often (429). */
  | ({ readonly kind: "refused" } & Complaint)
  /** The other side can't keep up (503), is silent, or has hung up. */
  | ({ readonly kind: "strained" } & Complaint)
  /** It says nothing about the pace. */
  | { readonly kind: "none" };

/** What an origin says that has enough. */
export interface Complaint {
  /** Milliseconds that it wants to be left alone, where it says so. */
  readonly pause: number | undefined;
  /** What those fail with who can't wait so long. */
  readonly failure: () => Error;
}
