/** Rules about which images may be used, whatever is pinned: from the functionConfig, and from outside of it. */

/** All rules of a run. */
export interface TrustRules {
  /** An image must be on each of them. */
  readonly allow: readonly AllowList[];
}

/** The images that may be used, by one configuration. */
export interface AllowList {
  readonly globs: readonly string[];
  /** How messages name the list. */
  readonly label: string;
}

/** The options of a configuration that are rules. */
export interface TrustOptions {
  readonly allow: readonly string[];
}

/** The rules in the options of a configuration, which messages call by a name where it is not the functionConfig. */
export function trustRules({ allow }: TrustOptions, name?: string): TrustRules {
  const label = name === undefined ? "`allow`" : `\`allow\` of ${name}`;
  return { allow: allow.length === 0 ? [] : [{ globs: allow, label }] };
}

/** Both rules; undefined where there is none. */
export function bothRules(one: TrustRules, other: TrustRules | undefined): TrustRules | undefined {
  const allow = [...one.allow, ...(other?.allow ?? [])];
  return allow.length === 0 ? undefined : { allow };
}
