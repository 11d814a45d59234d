/**
 * The one table of options. What reads a functionConfig, the flags, `--help`, the JSON Schema and the documentation are made
 * from it: whoever adds an option adds a row, its type to {@link Config}, and what holds without it to {@link defaultConfig}.
 */
import type { Expressions } from "../krm/expression.ts";
import { age } from "./age-option.ts";
import type { Config, NetworkConfig } from "./config.ts";
import { defaultConfig } from "./default-config.ts";
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
  unpinned: { type: severity, default: defaultConfig.check.unpinned, meaning: "an image without a digest" },
  drift: {
    type: severity,
    default: defaultConfig.check.drift,
    meaning: "a tag that now means another digest than the one that is written",
  },
  gone: {
    type: severity,
    default: defaultConfig.check.gone,
    meaning: "a digest that the registry no longer has",
  },
  unlocked: {
    type: severity,
    default: defaultConfig.check.unlocked,
    meaning: "an image that has no digest and is not in the lock",
  },
  unreachable: {
    type: severity,
    default: defaultConfig.check.unreachable,
    meaning: "a registry that can't be asked",
  },
  unknown: {
    type: severity,
    default: defaultConfig.check.unknown,
    meaning: "text that looks like an image, in a field that no rule knows",
  },
  unsigned: {
    type: severity,
    default: defaultConfig.check.unsigned,
    meaning: "an image without a required signature",
  },
};

const networkRows: OptionRows<NetworkConfig> = {
  concurrency: {
    type: wordOrInteger("auto", integer(1, 64)),
    default: defaultConfig.network.concurrency,
    meaning: "requests to each registry at the same time; auto: as many as it takes well; N: at most so many",
  },
  timeout: {
    type: duration("2m"),
    default: defaultConfig.network.timeout,
    shownDefault: "20s",
    meaning: "for one request, at most 2m",
  },
  retries: {
    type: integer(0, 10),
    default: defaultConfig.network.retries,
    meaning: "how often a request is repeated after a temporary failure",
  },
  deadline: {
    type: duration("4m50s"),
    default: defaultConfig.network.deadline,
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
      default: defaultConfig.mode,
      meaning:
        "pin: write digests beside tags that have none; update: also replace digests whose tags have moved; check: report, and change nothing; unpin: remove the digests",
    },
    tag: {
      type: choice("keep", "drop"),
      default: defaultConfig.tag,
      meaning: "keep: write name:tag@digest; drop: write name@digest, also where a digest was written before",
    },
    lock: {
      type: choice("auto", "create", "frozen", "off"),
      default: defaultConfig.lock,
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
      default: defaultConfig.requirePlatforms,
      meaning: "every image that is looked up must have these platforms",
    },
    include: {
      type: globs,
      default: defaultConfig.include,
      shownDefault: "all",
      meaning:
        "pin only images that match; * matches anything, and the full name counts too: docker.io/library/nginx:1.27",
    },
    exclude: {
      type: globs,
      default: defaultConfig.exclude,
      meaning: "leave alone images that match; wins over include",
    },
    skipPrefixes: {
      type: list(word),
      default: defaultConfig.skipPrefixes,
      meaning: "leave alone images whose text begins with one of these",
    },
    allow: {
      type: globs,
      default: defaultConfig.allow,
      shownDefault: "all",
      meaning: "the only images that may be used: any other one fails pin, update and check, pinned or not",
    },
    signatures: {
      type: maps(signatureRule),
      default: defaultConfig.signatures,
      meaning: "who must have signed which images: {images: [GLOB], keys: [FILE], tlog: optional}",
    },
    minAge: {
      type: age,
      default: defaultConfig.minAge,
      shownDefault: "0s",
      meaning: "for update: follow a moved tag only when its new digest is at least this old, such as 3d",
    },
    urgent: { type: globs, default: defaultConfig.urgent, meaning: "images that minAge does not hold back" },
    resources: {
      type: resources(expressions),
      default: defaultConfig.resources,
      shownDefault: "all",
      meaning:
        "which objects to look into: {include: [SELECTOR], exclude: [SELECTOR]}, with selectors like those of kustomize's patches",
    },
    fieldSpecs: {
      type: maps(fieldSpec(expressions)),
      default: defaultConfig.fieldSpecs,
      meaning:
        'further fields that hold images, such as {group: acme.io, kind: Widget, path: "spec/workers[]/image"}',
    },
    builtIn: {
      type: builtIn,
      default: defaultConfig.builtIn,
      meaning:
        "true, false: whether to use the built-in table of fields; a list: use it for these kinds only",
    },
    unknownFields: {
      type: choice("qualified", "all", "report", "ignore"),
      default: defaultConfig.unknownFields,
      meaning:
        "what to do with text that looks like an image, in a field that no rule knows; qualified: pin it if it names a registry that has the image; all: ask Docker Hub about short names too; report: warn; ignore: say nothing",
    },
    onError: {
      type: choice("fail", "warn"),
      default: defaultConfig.onError,
      meaning:
        "what happens if an image can't be pinned; fail: the run fails; warn: the image stays as it is, with a warning",
    },
    check: groupRow<Config["check"]>("what mode: check makes of what it finds", checkRows),
    verify: {
      type: choice("header", "get"),
      default: defaultConfig.verify,
      meaning:
        "header: trust the digest that the registry names; get: compute it from the manifest, which counts as a pull",
    },
    credentials: {
      type: list(choice("package")),
      default: defaultConfig.credentials,
      meaning: "[package]: use the pull secrets in the package that the pods name",
    },
    registries: {
      type: maps(registry),
      default: defaultConfig.registries,
      meaning: "how registries are asked: mirrors, certificates, limits",
    },
    network: groupRow<NetworkConfig>("limits of the network", networkRows),
    report: {
      type: choice("problems", "changes", "all"),
      default: defaultConfig.report,
      meaning:
        "what the results tell; problems: warnings and errors; changes: also each change; all: also what was left alone, and why",
    },
  };
}
