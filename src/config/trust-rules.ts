/** Rules about which images may be used, whatever is pinned: from the functionConfig, and from outside of it. */
import type { Config, SignatureRule } from "./config.ts";

/** All rules of a run. */
export interface TrustRules {
  /** An image must be on each of them. */
  readonly allow: readonly AllowList[];
  /** All that name an image must hold for it. */
  readonly signatures: readonly OwnedSignatureRule[];
}

/** The images that may be used, by one configuration. */
export interface AllowList {
  readonly globs: readonly string[];
  /** How messages name the list. */
  readonly label: string;
}

/** A rule, and what comes of where it stands. */
export interface OwnedSignatureRule extends SignatureRule {
  /** What the names of its files are relative to; undefined where it may name none, since a package brought it. */
  readonly folder: string | undefined;
  /** What `mode: check` makes of it; undefined where no functionConfig decides that. */
  readonly severity: Config["check"]["unsigned"] | undefined;
}

/** The options of a configuration that are rules. */
export type TrustOptions = Pick<Config, "allow" | "signatures">;

/** Where rules come from. */
export interface RuleSource {
  /** What messages call it, where it is not the functionConfig. */
  readonly name?: string;
  readonly folder: string | undefined;
  readonly severity?: Config["check"]["unsigned"] | undefined;
}

/** The rules in the options of a configuration. */
export function trustRules({ allow, signatures }: TrustOptions, source: RuleSource): TrustRules {
  const { name, folder, severity } = source;
  const named = (label: string): string => (name === undefined ? label : `${label} of ${name}`);
  return {
    allow: allow.length === 0 ? [] : [{ globs: allow, label: named("`allow`") }],
    signatures: signatures.map((rule) => ({ ...rule, label: named(`\`${rule.label}\``), folder, severity })),
  };
}

/** Both rules; undefined where there is none. */
export function bothRules(one: TrustRules, other: TrustRules | undefined): TrustRules | undefined {
  const allow = [...one.allow, ...(other?.allow ?? [])];
  const signatures = [...one.signatures, ...(other?.signatures ?? [])];
  return allow.length + signatures.length === 0 ? undefined : { allow, signatures };
}
