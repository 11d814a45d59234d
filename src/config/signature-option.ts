/** The option that says who must have signed which images. */
import type { SignatureRule } from "./config.ts";
import { globs, word } from "./glob-option.ts";
import { choice, list, type OptionValue, type Reader, reader, type Tell, text } from "./option-reader.ts";
import { type OptionRows, tableReader } from "./option-row.ts";

// Tried one after the other for each signature.
const KEYS_MAX = 50;
const ATTESTATIONS_MAX = 20;

const file = text(/^.+$/, "the path of a file", "FILE");
const keyOrFile = text(
  /^(?:-----BEGIN [\s\S]*|[^\n]+)$/,
  "the path of a file, or a key in PEM that begins with -----BEGIN",
  "FILE",
);

/** Whom a certificate must name. */
type Keyless = NonNullable<SignatureRule["keyless"]>;

const keyless = tableReader<Keyless>(
  {
    issuer: {
      type: text(
        /^\S+$/,
        "the address of an issuer, such as https://token.actions.githubusercontent.com",
        "GLOB",
      ),
      meaning: "who has vouched for the signer: a glob for all of the issuer's address",
    },
    subject: {
      type: text(/^\S+$/, "a text without white space", "GLOB"),
      meaning: "who has signed: a glob for all of the address in the certificate",
    },
  },
  { required: ["issuer", "subject"] },
);

const identity: Reader<Keyless> = reader((raw: OptionValue, tell: Tell) => {
  const { issuer, subject } = keyless(raw, tell) ?? {};
  if (raw.kind === "map") {
    for (const name of ["issuer", "subject"].filter((each) => !raw.members.has(each)))
      tell({ path: raw.path, message: `\`${raw.path}.${name}\` must say whose certificates count` });
  } else if (raw.kind === "null") tell({ path: raw.path, message: `\`${raw.path}\` must be a map` });
  return issuer === undefined || subject === undefined ? undefined : { issuer, subject };
}, keyless.traits);

/** The fields of an entry. */
const ruleRows: OptionRows<Omit<SignatureRule, "label">> = {
  images: { type: globs, meaning: "the images that must be signed so" },
  keys: {
    type: list(keyOrFile, KEYS_MAX),
    default: [],
    meaning: "public keys, of which one must have signed: files, or PEM",
  },
  keyless: {
    type: identity,
    meaning: "whom the certificate of a signature without a key pair must name",
  },
  trustedRoot: {
    type: file,
    meaning: "a Sigstore trusted root: the authorities and logs that count, as JSON",
  },
  tlog: {
    type: choice("required", "optional"),
    default: "required",
    meaning: "whether a transparency log must have the signature",
  },
  attestations: {
    type: list(word, ATTESTATIONS_MAX),
    default: [],
    meaning: "predicate types: each must be attested so, in place of a signature",
  },
  onError: {
    type: choice("fail", "warn"),
    default: "fail",
    meaning: "an image that is not signed so fails the run, or is left unpinned with a warning",
  },
};

/** What {@link contradictions} finds. */
const constraints = {
  type: "object",
  required: ["images"],
  allOf: [
    { properties: { images: { type: "array", minItems: 1 } } },
    {
      oneOf: [
        { required: ["keys"], properties: { keys: { type: "array", minItems: 1 }, keyless: false } },
        { required: ["keyless"], properties: { keys: { type: ["array", "null"], maxItems: 0 } } },
      ],
    },
    {
      anyOf: [
        { required: ["trustedRoot"] },
        { required: ["tlog"], properties: { tlog: { const: "optional" }, keyless: false } },
      ],
    },
  ],
};

const entry = tableReader(ruleRows, constraints);

/** Reads an entry of `signatures`. One that could hold for nobody is a problem. */
export const signatureRule: Reader<SignatureRule> = reader((raw: OptionValue, tell: Tell) => {
  const read = entry(raw, tell);
  if (read === undefined) return undefined;
  const rule: SignatureRule = {
    keys: [],
    tlog: "required",
    attestations: [],
    onError: "fail",
    images: [],
    ...read,
    label: raw.path,
  };
  for (const message of contradictions(rule, raw))
    tell({ path: raw.path, message: `\`${raw.path}\` ${message}` });
  return rule;
}, entry.traits);

function contradictions(
  { images, keys, keyless, trustedRoot, tlog }: SignatureRule,
  raw: OptionValue,
): readonly string[] {
  const has = (name: string): boolean => raw.kind === "map" && raw.members.has(name);
  const said: string[] = [];
  if (images.length === 0 && !(has("images") && raw.kind !== "map")) said.push("must name its `images`");
  if (keys.length > 0 && keyless !== undefined) said.push("must have `keys` or `keyless`, and has both");
  if (!has("keys") && !has("keyless")) said.push("must have `keys` or `keyless`");
  else if (has("keys") && keys.length === 0 && keyless === undefined)
    said.push("must have at least one of `keys`");
  if (trustedRoot === undefined && has("keyless"))
    said.push("must have a `trustedRoot`, by which certificates of `keyless` signers are judged");
  else if (trustedRoot === undefined && tlog === "required")
    said.push(
      "must have a `trustedRoot`, by which the transparency log is judged; `tlog: optional` is for signatures that no log has",
    );
  return said;
}
