/** The option that says how to ask which registries. */
import type { RegistryOptions } from "./config.ts";
import {
  choice,
  flag,
  integer,
  list,
  type OptionValue,
  type Reader,
  reader,
  type Tell,
  text,
  wordOrInteger,
} from "./option-reader.ts";
import { type OptionRows, tableReader } from "./option-row.ts";

/** What a user writes: whose the configuration is shows by where it came from. */
type WrittenRegistry = Omit<RegistryOptions, "fromPackage">;

const path = text(/^.+$/, "the path of a file", "FILE");
const host = String.raw`(?:[\w*-]+(?:\.[\w*-]+)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?`;
const prefix = text(
  new RegExp(`^(?:\\*|${host}(?:/[a-z0-9._-]+)*)$`),
  '"*" or a registry with a part of its names, such as "ghcr.io/acme"',
  "PREFIX",
);
const mirror = text(
  new RegExp(`^(?:https?://)?${host}(?:/[a-z0-9._-]+)*/?$`),
  'the address of a registry, such as "harbor.acme.io/hub" or "http://127.0.0.1:5000"',
  "ADDRESS",
);

/** The fields of an entry. */
const registryRows: OptionRows<WrittenRegistry> = {
  prefix: {
    type: prefix,
    meaning:
      '"*" for all registries, or the beginning of image names, such as "ghcr.io/acme"; "*" is one label of a host',
  },
  mirrors: {
    type: list(mirror),
    default: [],
    meaning: "addresses to ask, in this order, before the registry itself: [http://]host[:port][/path]",
  },
  only: { type: flag, default: false, meaning: "ask the mirrors alone" },
  plainHTTP: {
    type: flag,
    default: false,
    meaning: "ask by HTTP, which loopback and http:// mirrors need not say",
  },
  insecureSkipTLSVerify: { type: flag, default: false, meaning: "do not check the certificate" },
  caFile: { type: path, default: "", meaning: "further authorities for certificates, in PEM" },
  certFile: { type: path, default: "", meaning: "the client's certificate, in PEM" },
  keyFile: { type: path, default: "", meaning: "the key of the client's certificate, in PEM" },
  concurrency: {
    type: wordOrInteger("auto", integer(1, 64)),
    meaning: "requests at once: as many as the registry takes well, or at most so many",
  },
  onError: {
    type: choice("fail", "warn"),
    meaning: "what an image of these registries that can't be pinned does to the run",
  },
  blocked: { type: flag, default: false, meaning: "never ask; images of these registries fail" },
};

const entry = tableReader(registryRows, {
  required: ["prefix"],
  dependentRequired: { certFile: ["keyFile"], keyFile: ["certFile"] },
  if: { properties: { only: { enum: [true, "true"] } }, required: ["only"] },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema, and nobody awaits it.
  then: { properties: { mirrors: { type: "array", minItems: 1 } }, required: ["mirrors"] },
});

/** Reads an entry of `registries`. */
export const registry: Reader<RegistryOptions> = reader((raw: OptionValue, tell: Tell) => {
  const options = entry(raw, tell);
  if (options === undefined) return undefined;
  if (raw.kind !== "map" || !raw.members.has("prefix"))
    tell({ path: raw.path, message: `\`${raw.path}.prefix\` must say which registries are meant` });
  if (options.only === true && (options.mirrors ?? []).length === 0)
    tell({
      path: raw.path,
      message: `\`${raw.path}.only\` asks the \`mirrors\` alone, so there must be some`,
    });
  if ((options.certFile === undefined) !== (options.keyFile === undefined))
    tell({ path: raw.path, message: `\`${raw.path}\` must have \`certFile\` and \`keyFile\`, or neither` });
  return { ...defaultRegistry, ...options };
}, entry.traits);

const defaultRegistry: RegistryOptions = {
  prefix: "*",
  mirrors: [],
  only: false,
  plainHTTP: false,
  insecureSkipTLSVerify: false,
  caFile: "",
  certFile: "",
  keyFile: "",
  blocked: false,
  fromPackage: false,
};
