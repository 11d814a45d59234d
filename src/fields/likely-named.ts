/** Texts that are no reference and consist of some: what a setting names, what has a scheme, and several in a row. */
import { noPlace } from "./digest-slot.ts";
import { extractText } from "./extract.ts";
import type { FieldRule } from "./field-rule.ts";
import { isAim, meaningOf } from "./likely-key.ts";
import { isQualified } from "./likely-value.ts";
import type { Place, Walk } from "./walk-state.ts";

/** A text, and the rule for what it names. */
interface NamingText {
  readonly text: string;
  readonly rule: FieldRule;
}

/**
 * Takes the images of such a text, each with its registry. None is written to: no key says what reads the text. False for
 * any other text.
 */
export function takeNamed(walk: Walk, place: Place, { text, rule }: NamingText): boolean {
  const form = /[\s,;=]|^docker:/.test(text) ? forms.find(({ holds }) => holds(text)) : undefined;
  if (form === undefined) return false;
  const before = walk.fields.length;
  extractText(walk, place, { ...rule, in: "text", pattern: form.pattern });
  const writing = noPlace(form.reason);
  const found = walk.fields.splice(before).filter(({ value = "" }) => isQualified(value));
  walk.fields.push(...found.map((field) => ({ ...field, writing })));
  return true;
}

/** How a text may name images. */
interface Form {
  readonly holds: (text: string) => boolean;
  readonly pattern: string;
  readonly reason: string;
}

const setting = "^(?<name>-{0,2}\\w[\\w.-]{0,80})=(?<image>[^\\s,;]+)$";
const parts = /[\s,;]+/;

const forms: readonly Form[] = [
  {
    // `--agent=ghcr.io/acme/a:1`
    holds: isSetting,
    pattern: setting,
    reason: "the name before it does not say that it is one",
  },
  {
    holds: (text) => /^docker:\/\/[^\s,;]+$/.test(text) && isQualified(text.slice("docker://".length)),
    pattern: "^docker://(?<image>\\S+)$",
    reason: "the key of the field does not say that it is one",
  },
  {
    // `ghcr.io/acme/a:1,ghcr.io/acme/b:2`, `a=ghcr.io/acme/a:1 b=ghcr.io/acme/b:2`
    holds: (text) => {
      const names = text.split(parts).filter(Boolean);
      return names.length > 1 && names.every((name) => isQualified(name) || isSetting(name));
    },
    pattern: "(?<=^|[\\s,;=])(?<image>[^\\s,;=]+)(?=$|[\\s,;])",
    reason: "it stands in a list in a text, which no rule reads",
  },
];

const settingForm = new RegExp(setting);

function isSetting(text: string): boolean {
  const { name = "", image = "" } = settingForm.exec(text)?.groups ?? {};
  return image !== "" && isQualified(image) && !isAim(name) && meaningOf(name) !== "none";
}
