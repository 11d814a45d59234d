/**
 * The one table of options. What reads a functionConfig, the flags, `--help`, the JSON Schema and the documentation are made
 * from it: whoever adds an option adds a row, and its type to {@link Config}.
 */
import type { Expressions } from "../krm/expression.ts";
import { age } from "./age-option.ts";
import type { Config, NetworkConfig } from "./config.ts";
import { builtIn, fieldSpec } from "./field-spec-option.ts";
import { globs, word } from "./glob-option.ts";
import { choice, duration, integer, list, maps, wordOrInteger } from "./option-reader.ts";
import { groupRow, type OptionRows } from "./option-row.ts";
import { platform } from "./platform-option.ts";
import { registry } from "./registry-option.ts";
import { resources } from "./selector-option.ts";
import { signatureRule } from "./signature-option.ts";

// More than there are.
const PLATFORMS_MAX = 100;

const severity = choice("error", "warning", "off");

const checkRows: OptionRows<Config["check"]> = {
  unpinned: { type: severity, default: "error", meaning: "an image without a digest" },
  drift: {
    type: severity,
    default: "warning",
    meaning: "a tag that means another digest than the one written",
  },
  gone: { type: severity, default: "error", meaning: "a digest that the registry no longer has" },
  unlocked: { type: severity, default: "warning", meaning: "an image without a digest that the lock lacks" },
  unreachable: { type: severity, default: "warning", meaning: "a registry that can't be asked" },
  unknown: {
    type: severity,
    default: "warning",
    meaning: "what reads as an image in a field that no rule knows",
  },
  unsigned: {
    type: severity,
    default: "error",
    meaning: "an image that is not signed as signatures want it",
  },
};

const networkRows: OptionRows<NetworkConfig> = {
  concurrency: {
    type: wordOrInteger("auto", integer(1, 64)),
    default: "auto",
    meaning: "requests at once, to each registry: as many as it takes well, or at most so many",
  },
  timeout: {
    type: duration("2m"),
    default: 20_000,
    shownDefault: "20s",
    meaning: "for one attempt, at most 2m",
  },
  retries: { type: integer(0, 10), default: 4, meaning: "further attempts after a passing failure" },
  deadline: {
    // kpt ends a function after five minutes, and says nothing of what it had to say.
    type: duration("4m50s"),
    default: 240_000,
    shownDefault: "4m",
    meaning: "for the whole run, at most 4m50s, since kpt ends a function after five minutes",
  },
};

/** The table, with what makes the expressions of a configuration. */
export function optionTable(expressions: Expressions): OptionRows<Config> {
  const known = tables.get(expressions) ?? makeTable(expressions);
  tables.set(expressions, known);
  return known;
}

// To make one takes a good part of a millisecond, and every run asks for it twice.
const tables = new WeakMap<Expressions, OptionRows<Config>>();

function makeTable(expressions: Expressions): OptionRows<Config> {
  return {
    mode: {
      type: choice("pin", "update", "check", "unpin"),
      default: "pin",
      meaning:
        "write digests beside tags that have none; look for newer ones; look and change nothing; take them out again",
    },
    tag: {
      type: choice("keep", "drop"),
      default: "keep",
      meaning: "write name:tag@digest, or name@digest, also where a digest was written before",
    },
    lock: {
      type: choice("auto", "create", "frozen", "off"),
      default: "auto",
      flag: "lock-mode",
      meaning:
        "add to the locks that are there; make one where there is none; ask no registry, and fail where a lock lacks an image; ignore locks",
    },
    platform: {
      type: platform,
      shownDefault: "all",
      meaning: "the digest of the image for one platform, not the index, which is right for all",
    },
    requirePlatforms: {
      type: list(platform, PLATFORMS_MAX),
      default: [],
      meaning: "every image that is asked for must have these platforms",
    },
    include: {
      type: globs,
      default: [],
      shownDefault: "all",
      meaning:
        "pin only images that match; * is anything, and the full name counts too, docker.io/library/nginx:1.27",
    },
    exclude: { type: globs, default: [], meaning: "leave alone images that match; wins over include" },
    skipPrefixes: {
      type: list(word),
      default: [],
      meaning: "leave alone images whose text begins with one of these",
    },
    allow: {
      type: globs,
      default: [],
      shownDefault: "all",
      meaning: "the images that may be used: one outside fails pin, update and check, pinned or not",
    },
    signatures: {
      type: maps(signatureRule),
      default: [],
      meaning: "who must have signed which images: {images: [GLOB], keys: [FILE], tlog: optional}",
    },
    minAge: {
      type: age,
      default: 0,
      shownDefault: "0s",
      meaning: "when updating: follow a moved tag when its new digest has stood for so long, such as 3d",
    },
    urgent: { type: globs, default: [], meaning: "images that minAge does not hold back" },
    resources: {
      type: resources(expressions),
      default: { include: [], exclude: [] },
      shownDefault: "all",
      meaning:
        "only these objects, and not those: lists of selectors, include and exclude, as those of kustomize's patches",
    },
    fieldSpecs: {
      type: maps(fieldSpec(expressions)),
      default: [],
      meaning:
        'further fields that hold images: {group: acme.io, kind: Widget, path: "spec/workers[]/image"}',
    },
    builtIn: {
      type: builtIn,
      default: true,
      meaning: "whether the built-in table of fields counts, or for which kinds",
    },
    unknownFields: {
      type: choice("qualified", "all", "report", "ignore"),
      default: "qualified",
      meaning:
        "what reads as an image in a field that no rule knows: pin it where it names a registry that has an image there; ask Docker Hub for short names too; warn; say nothing",
    },
    onError: {
      type: choice("fail", "warn"),
      default: "fail",
      meaning: "an image that can't be pinned fails the run, or is left as it is with a warning",
    },
    check: groupRow<Config["check"]>("what mode: check makes of what it finds", checkRows),
    verify: {
      type: choice("header", "get"),
      default: "header",
      meaning:
        "trust the digest that the registry names, or compute it from the manifest, which counts as a pull",
    },
    credentials: {
      type: list(choice("package")),
      default: [],
      meaning: "[package]: use the pull secrets in the package that its pods name",
    },
    registries: { type: maps(registry), default: [], meaning: "how to ask which registries" },
    network: groupRow<NetworkConfig>("limits of the network", networkRows),
    report: {
      type: choice("problems", "changes", "all"),
      default: "changes",
      meaning: "what results tell: warnings and errors; changes too; also what was left alone, and why",
    },
  };
}
