/** The options of the function: what each may be. What it means and what holds where nothing is said stands in options.ts. */

import type { Platform } from "../image/platform.ts";
import type { Concurrency, RegistryConfig } from "../image/registry-config.ts";
import type { FieldSpec } from "../krm/field-spec.ts";
import type { ResourceSelector } from "../krm/resource-selector.ts";

/** All options, each with a value. */
export interface Config {
  /** What to do: write digests, look for newer ones, only look, or take them out again. */
  readonly mode: "pin" | "update" | "check" | "unpin";
  /** `keep` writes `name:tag@digest`, `drop` writes `name@digest`. */
  readonly tag: "keep" | "drop";
  /** Whose manifest the digest is to be that of; absent for what the tag itself means, which is mostly an index. */
  readonly platform?: Platform;
  /** Platforms that every image must have. */
  readonly requirePlatforms: readonly Platform[];
  /** Image globs: where there are any, only these images are pinned. */
  readonly include: readonly string[];
  /** Image globs: these images are left alone, also where they are included. */
  readonly exclude: readonly string[];
  /** Images whose text begins with one of these are left alone. */
  readonly skipPrefixes: readonly string[];
  /** Image globs: where there are any, an image outside of them fails the run, pinned or not. */
  readonly allow: readonly string[];
  /** Who must have signed which images. */
  readonly signatures: readonly SignatureRule[];
  /** Which objects are looked into: where there are any to include, only those. */
  readonly resources: ResourceSelection;
  /** Where images are, beside what the built-in table knows. */
  readonly fieldSpecs: readonly FieldSpec[];
  /** Whether the built-in table counts, or for which kinds. */
  readonly builtIn: boolean | readonly string[];
  /** Milliseconds for which a moved tag must have meant its new digest before `mode: update` follows it. */
  readonly minAge: number;
  /** Image globs: these are followed at once. */
  readonly urgent: readonly string[];
  /** What to do about what reads as an image in a field that no rule knows. */
  readonly unknownFields: "qualified" | "all" | "report" | "ignore";
  /** `warn` leaves an image that can't be pinned as it is and goes on. */
  readonly onError: OnError;
  /** `auto` uses locks that there are, `create` also makes one, `frozen` asks for nothing that they lack, `off` ignores them. */
  readonly lock: "auto" | "create" | "frozen" | "off";
  /** What `mode: check` makes of what it finds. */
  readonly check: Readonly<Record<CheckClass, Severity | "off">>;
  /** `header` trusts the digest that a registry names, `get` computes it from the manifest. */
  readonly verify: "header" | "get";
  /** `package` uses the pull secrets that lie in the package. */
  readonly credentials: readonly "package"[];
  /** How to ask which registries. */
  readonly registries: readonly RegistryOptions[];
  readonly network: NetworkConfig;
  /** What results tell: problems alone, changes too, or also what was left alone and why. */
  readonly report: "problems" | "changes" | "all";
}

/** What to do about an image that can't be pinned. */
export type OnError = "fail" | "warn";

/** What `mode: check` looks for. */
export type CheckClass = "unpinned" | "drift" | "gone" | "unlocked" | "unreachable" | "unknown" | "unsigned";

/** Who must have signed some images: the owner of one of the keys, or whom a certificate names. */
export interface SignatureRule {
  readonly images: readonly string[];
  /** Files, or texts in PEM. */
  readonly keys: readonly string[];
  readonly keyless?: { readonly issuer: string; readonly subject: string };
  readonly trustedRoot?: string;
  readonly tlog: "required" | "optional";
  /** Predicate types that must be attested. */
  readonly attestations: readonly string[];
  readonly onError: OnError;
  /** How messages name it: `signatures[0]`. */
  readonly label: string;
}

/** The objects to look into, and those of them to leave alone. */
export interface ResourceSelection {
  readonly include: readonly ResourceSelector[];
  readonly exclude: readonly ResourceSelector[];
}

/** How much a finding matters. */
type Severity = "error" | "warning";

/** How to ask the registries that `prefix` names, and what their failures mean. */
export interface RegistryOptions extends RegistryConfig {
  readonly onError?: OnError;
}

/** Limits of the network; times in milliseconds. */
export interface NetworkConfig {
  /** Requests at once, to each registry. */
  readonly concurrency: Concurrency;
  /** For one attempt. */
  readonly timeout: number;
  /** Further attempts after one that failed for a passing reason. */
  readonly retries: number;
  /** For the whole run. */
  readonly deadline: number;
}
