/**
 * Texts that can do nothing but be read. What comes with an input, a configuration or an answer may hold characters that
 * move a cursor, turn the direction of writing or can't be seen, and words that a CI system takes for its commands.
 */

/** One line in which all of that is shown as escapes: `\n`, `\u001b`, `\u{e0041}`. */
export function printable(text: string): string {
  return harmless(text, unprintableCharacter, escapeCharacter);
}

/** As {@link printable}, for a value in which lines are told apart. */
export function printableLines(text: string): string {
  return text.includes("\n") ? text.split("\n").map(printable).join("\n") : printable(text);
}

/** JSON that means the same, with the same characters escaped in its texts. */
export function printableJson(json: string): string {
  // Between its texts there are line breaks, in them there are none.
  return harmless(json, unprintableInJsonText, escapeUnits);
}

// Control, format, private and half characters, line separators, spaces but for the common one, what is ignored by
// default (variation selectors, tags, fillers), and the blank of Braille.
const CLASSES = String.raw`\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{NChar}\u2800`;
const SPACES = String.raw`[^\P{Zs} ]`;

// Made when they are first needed: to read what they say takes V8 most of a millisecond.
let unprintable: RegExp | undefined;
let unprintableInJson: RegExp | undefined;

/** A character that can't be seen, or that acts where it is shown. */
export function unprintableCharacter(): RegExp {
  unprintable ??= new RegExp(String.raw`[\p{Cc}${CLASSES}]|${SPACES}`, "gu");
  return unprintable;
}

function unprintableInJsonText(): RegExp {
  unprintableInJson ??= new RegExp(String.raw`[^\P{Cc}\n]|[${CLASSES}]|${SPACES}`, "gu");
  return unprintableInJson;
}

/**
 * GitHub and Azure look for `##[command]` and `##vso[command]` anywhere in a line, TeamCity and GitLab for theirs too;
 * `::command::` and the headlines of Buildkite count at its beginning.
 *
 * https://github.com/actions/runner/blob/v2.320.0/src/Runner.Common/ActionCommand.cs
 */
const COMMANDS: readonly (readonly [start: RegExp, escaped: string])[] = [
  [/#(?=#\w*\[)/g, String.raw`\u0023`],
  [/(?<=section)_(?=(?:start|end):)/g, String.raw`\u005f`],
  [/(?<=travis)_(?=(?:fold|time):)/g, String.raw`\u005f`],
  [/^( *):(?=:)/gm, String.raw`$1\u003a`],
  [/^( *)-(?=--)/gm, String.raw`$1\u002d`],
  [/^( *)\+(?=\+\+)/gm, String.raw`$1\u002b`],
  [/^( *)~(?=~~)/gm, String.raw`$1\u007e`],
  [/^( *)\^(?=\^\^)/gm, String.raw`$1\u005e`],
];

// What has none of it is mostly all there is.
const SUSPICIOUS = /[^ -~]|##|::|section_|travis_|---|\+\+\+|~~~|\^\^\^/;

function harmless(text: string, dangerous: () => RegExp, escaped: (character: string) => string): string {
  if (!SUSPICIOUS.test(text)) return text;
  const shown = text.replaceAll(dangerous(), escaped);
  return COMMANDS.reduce((all, [start, instead]) => all.replaceAll(start, instead), shown);
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
  ["\t", String.raw`\t`],
]);

function escapeCharacter(character: string): string {
  return (
    SHORT.get(character) ??
    (character.length > 1 ? `\\u{${character.codePointAt(0)?.toString(16)}}` : escapeUnits(character))
  );
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");
}
