// WWW-Authenticate = [ challenge *( OWS "," OWS challenge ) ]
// challenge        = scheme [ 1*SP ( token68 / [ parameter *( OWS "," OWS parameter ) ] ) ]
// parameter        = token BWS "=" BWS ( token / quoted-string )
// https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
//
// Read more loosely than written: a value without quotes goes on to the next comma or space, since some registries
// send `realm=https://host/token` so; what can't be read is passed over.

import { ownText } from "../../text/own-text.ts";

/** One way in which a server wants to know who asks. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`, `negotiate`. */
  readonly scheme: string;
  /** By name in lower case; the first of a name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads every challenge of every WWW-Authenticate header, in order; one that is far too long says nothing. */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers.filter((header) => header.length <= HEADER_LENGTH_MAX).flatMap(parseHeader);
}

/** Characters: they are kept for each repository. */
const HEADER_LENGTH_MAX = 8_192;

/** The challenge to answer: a bearer one that has a realm before a basic one, whatever their order. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  return (
    challenges.find(({ scheme, parameters }) => scheme === "bearer" && Boolean(parameters.get("realm"))) ??
    challenges.find(({ scheme }) => scheme === "basic")
  );
}

const SEPARATOR = /[\s,]+/y;
const PARAMETER =
  /(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"(?<quoted>(?:[^"\\]|\\.)*)"?|(?<bare>[^\s,]*))/y;
const SCHEME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;

function parseHeader(header: string): readonly Challenge[] {
  const challenges: { readonly scheme: string; readonly parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found;
  };
  while (at < header.length) {
    if (take(SEPARATOR) !== undefined) continue;
    const parameters = challenges.at(-1)?.parameters;
    const parameter = take(PARAMETER);
    if (parameter !== undefined) {
      const { name = "", quoted, bare = "" } = parameter.groups ?? {};
      const key = name.toLowerCase();
      const value = quoted?.replace(/\\(.)/g, "$1") ?? bare;
      if (parameters?.has(key) === false) parameters.set(key, ownText(value));
      continue;
    }
    const scheme = take(SCHEME);
    if (scheme === undefined) {
      at += 1;
      continue;
    }
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters: new Map() });
    take(TOKEN68);
  }
  return challenges;
}
