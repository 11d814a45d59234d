/** Requests at once, whatever an origin takes. */
export const CONCURRENCY_MAX = 64;
