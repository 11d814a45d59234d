/** A value that is good until a moment, in milliseconds since 1970. */
export interface Expiring<T> {
  readonly value: T;
  readonly expiresAt: number;
}

/** Gives what is kept under a key, or fetches it. */
export type ExpiringCache<T> = (
  key: string,
  fetch: () => Promise<Expiring<T> | undefined>,
) => Promise<T | undefined>;

/**
 * Keeps what was fetched until a minute before it expires; absence and failure for ever, so that each is asked for
 * once a run. Callers at the same time share one fetch.
 */
export function createExpiringCache<T>(now: () => number): ExpiringCache<T> {
  const values = new Map<string, Promise<T | undefined>>();
  const deadlines = new Map<string, number>();

  async function refresh(key: string, fetch: () => Promise<Expiring<T> | undefined>): Promise<T | undefined> {
    deadlines.set(key, Number.POSITIVE_INFINITY);
    const entry = await fetch();
    if (entry !== undefined) deadlines.set(key, entry.expiresAt - safetyMargin);
    return entry?.value;
  }

  return (key, fetch) => {
    const known = values.get(key);
    if (known !== undefined && now() < (deadlines.get(key) ?? 0)) return known;
    const value = refresh(key, fetch);
    values.set(key, value);
    return value;
  };
}

const safetyMargin = 60_000;
