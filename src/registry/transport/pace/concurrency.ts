/** Requests at once to one origin: as many as it takes well, or a number that is never exceeded. */
export type Concurrency = "auto" | number;

/** Requests at once, whatever an origin takes. */
export const CONCURRENCY_MAX = 64;
