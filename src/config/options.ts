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
    meaning: "a tag that now means another digest than the one that is written",
  },
  gone: { type: severity, default: "error", meaning: "a digest that the registry no longer has" },
  unlocked: {
    type: severity,
    default: "warning",
    meaning: "an image that has no digest and is not in the lock",
  },
  unreachable: { type: severity, default: "warning", meaning: "a registry that can't be asked" },
  unknown: {
    type: severity,
    default: "warning",
    meaning: "text that looks like an image, in a field that no rule knows",
  },
  unsigned: {
    type: severity,
    default: "error",
    meaning: "an image without a required signature",
  },
};

const networkRows: OptionRows<NetworkConfig> = {
  concurrency: {
    type: wordOrInteger("auto", integer(1, 64)),
    default: "auto",
    meaning: "requests to each registry at the same time; auto: as many as it takes well; N: at most so many",
  },
  timeout: {
    type: duration("2m"),
    default: 20_000,
    shownDefault: "20s",
    meaning: "for one request, at most 2m",
  },
  retries: {
    type: integer(0, 10),
    default: 4,
    meaning: "how often a request is repeated after a temporary failure",
  },
  deadline: {
    // kpt ends a function after five minutes, and says nothing of what it had to say.
    type: duration("4m50s"),
    default: 240_000,
    shownDefault: "4m",
    meaning: "for the whole run, at most 4m50s, because kpt ends a function after five minutes",
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
        "pin: write digests beside tags that have none; update: also replace digests whose tags have moved; check: report, and change nothing; unpin: remove the digests",
    },
    tag: {
      type: choice("keep", "drop"),
      default: "keep",
      meaning: "keep: write name:tag@digest; drop: write name@digest, also where a digest was written before",
    },
    lock: {
      type: choice("auto", "create", "frozen", "off"),
      default: "auto",
      flag: "lock-mode",
      meaning:
        "auto: add to the locks that exist; create: also make a lock where there is none; frozen: ask no registry, and fail if a lock lacks an image; off: ignore locks",
    },
    platform: {
      type: platform,
      shownDefault: "all",
      meaning:
        "write the digest of the image for this platform; by default, that of the index, which fits all platforms",
    },
    requirePlatforms: {
      type: list(platform, PLATFORMS_MAX),
      default: [],
      meaning: "every image that is looked up must have these platforms",
    },
    include: {
      type: globs,
      default: [],
      shownDefault: "all",
      meaning:
        "pin only images that match; * matches anything, and the full name counts too: docker.io/library/nginx:1.27",
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
      meaning: "the only images that may be used: any other one fails pin, update and check, pinned or not",
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
      meaning: "for update: follow a moved tag only when its new digest is at least this old, such as 3d",
    },
    urgent: { type: globs, default: [], meaning: "images that minAge does not hold back" },
    resources: {
      type: resources(expressions),
      default: { include: [], exclude: [] },
      shownDefault: "all",
      meaning:
        "which objects to look into: {include: [SELECTOR], exclude: [SELECTOR]}, with selectors like those of kustomize's patches",
    },
    fieldSpecs: {
      type: maps(fieldSpec(expressions)),
      default: [],
      meaning:
        'further fields that hold images, such as {group: acme.io, kind: Widget, path: "spec/workers[]/image"}',
    },
    builtIn: {
      type: builtIn,
      default: true,
      meaning:
        "true, false: whether to use the built-in table of fields; a list: use it for these kinds only",
    },
    unknownFields: {
      type: choice("qualified", "all", "report", "ignore"),
      default: "qualified",
      meaning:
        "what to do with text that looks like an image, in a field that no rule knows; qualified: pin it if it names a registry that has the image; all: ask Docker Hub about short names too; report: warn; ignore: say nothing",
    },
    onError: {
      type: choice("fail", "warn"),
      default: "fail",
      meaning:
        "what happens if an image can't be pinned; fail: the run fails; warn: the image stays as it is, with a warning",
    },
    check: groupRow<Config["check"]>("what mode: check makes of what it finds", checkRows),
    verify: {
      type: choice("header", "get"),
      default: "header",
      meaning:
        "header: trust the digest that the registry names; get: compute it from the manifest, which counts as a pull",
    },
    credentials: {
      type: list(choice("package")),
      default: [],
      meaning: "[package]: use the pull secrets in the package that the pods name",
    },
    registries: {
      type: maps(registry),
      default: [],
      meaning: "how registries are asked: mirrors, certificates, limits",
    },
    network: groupRow<NetworkConfig>("limits of the network", networkRows),
    report: {
      type: choice("problems", "changes", "all"),
      default: "changes",
      meaning:
        "what the results tell; problems: warnings and errors; changes: also each change; all: also what was left alone, and why",
    },
  };
}
