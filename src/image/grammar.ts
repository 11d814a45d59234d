// registry   := (label ("." label)* | "[" [a-fA-F0-9:]+ "]") [":" [0-9]+]
// label      := [a-zA-Z0-9]+ ("-"+ [a-zA-Z0-9]+)*
// repository := part ("/" part)*
// part       := [a-z0-9]+ (("." | "_" | "__" | "-"+) [a-z0-9]+)*
// tag        := [A-Za-z0-9_] [A-Za-z0-9_.-]{0,127}
//
// https://github.com/distribution/reference/blob/v0.6.0/regexp.go
// The expressions are written so that each character can be read in one way only: no input makes them slow.

import { characterNumber, codePointName } from "../text/invisible.ts";
import { quote } from "../text/quote.ts";

const LABEL = "[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*";
const REGISTRY = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const REPOSITORY_PART = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const TAG_LENGTH_MAX = 128;

/** Says what keeps a text from being a registry, in words for the person who wrote it; nothing where it is one. */
export function registryProblem(registry: string): string | undefined {
  if (REGISTRY.test(registry)) return undefined;
  const shown = quote(registry);
  if (registry.includes("_")) return `${shown} is no registry: a host name has no "_"`;
  if (/[^\0-\x7f]/.test(registry)) return `${shown} is no registry: write its ASCII form, "xn--…"`;
  const port = /^[^:]+:(?<port>[^:]*)$/.exec(registry)?.groups?.port;
  if (port !== undefined && !/^[0-9]+$/.test(port)) {
    return `${shown} is no registry: ${quote(port)} is not a port, and a tag goes at the very end of an image`;
  }
  return `${shown} is no registry: a host is letters, digits and "-" between dots, or an IPv6 address in brackets, then a port`;
}

/** Says what keeps a text from being a repository; nothing where it is one. Its length is not looked at. */
export function repositoryProblem(repository: string): string | undefined {
  const part = repository.split("/").find((candidate) => !REPOSITORY_PART.test(candidate));
  if (part === undefined) return undefined;
  if (part === "") return "a part of the name is empty";
  const foreign = FOREIGN.exec(part);
  if (foreign !== null) {
    const [letter] = foreign;
    const number = characterNumber(part, foreign.index);
    return `character ${number} of the part ${quote(part)} of the name is ${named(letter)}, which is not an ASCII letter`;
  }
  return `${quote(part)} is no part of a name: that is lower-case letters and digits with ".", "_", "__" or "-" between them`;
}

/** Says what keeps a text from being a tag; nothing where it is one. */
export function tagProblem(tag: string): string | undefined {
  if (tag === "") return `there is no tag after ":"`;
  const wrong = /[^A-Za-z0-9_.-]/u.exec(tag)?.[0];
  if (wrong !== undefined) {
    return `tag ${quote(tag)} has ${named(wrong)} in it: a tag is letters, digits, "_", "." and "-"`;
  }
  if (!TAG.test(tag)) {
    return `tag ${quote(tag)} begins with ${quote(tag.slice(0, 1))}: begin it with a letter, a digit or "_"`;
  }
  if (tag.length > TAG_LENGTH_MAX) return `a tag has at most ${TAG_LENGTH_MAX} characters, not ${tag.length}`;
  return undefined;
}

// Many letters of other scripts look like ASCII's.
const FOREIGN = /[^\0-\x7f]/u;

function named(character: string): string {
  return FOREIGN.test(character) ? `${quote(character)} (${codePointName(character)})` : quote(character);
}
