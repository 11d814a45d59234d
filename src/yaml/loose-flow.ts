/** Passing over flow collections and scalars of a text that is loosened. */
import { blankComment, isBlank, isMarker, mask, type Pass, passTag } from "./loose-pass.ts";

/** Passes over a scalar or a collection in flow style; false where it stays open. */
export function passFlowNode(pass: Pass): boolean {
  const { text, at: start, masks, starts } = pass;
  const before = masks.length;
  const first = text[start] ?? "\n";
  if (!"\"'[{".includes(first)) return passPlain(pass);
  const isClosed = "[{".includes(first) ? passCollection(pass) : passQuoted(pass);
  if (masks.length > before) starts.push(start);
  return isClosed;
}

/** Passes over a plain scalar as far as its line goes. */
function passPlain(pass: Pass): true {
  const { text } = pass;
  for (; pass.at < text.length; pass.at++) {
    const character = text[pass.at];
    if (character === "\n" || character === "\r") break;
    if (character === ":" && isBlank(text[pass.at + 1])) break;
    if (character === "#" && isBlank(text[pass.at - 1])) break;
  }
  return true;
}

function passQuoted(pass: Pass): boolean {
  const { text, at: start } = pass;
  const quote = text[start];
  for (pass.at++; pass.at < text.length; pass.at++) {
    const character = text[pass.at];
    if (character === quote && !(quote === "'" && text[pass.at + 1] === "'")) {
      pass.at++;
      return true;
    }
    if (character === "\n" && !passBreak(pass)) return false;
    // What is escaped ends nothing; a line break that is escaped is still one.
    if (
      character === quote ||
      (character === "\\" && quote === '"' && !/[\r\n]/.test(text[pass.at + 1] ?? ""))
    ) {
      pass.at++;
      if (character === "\\" && text[pass.at] === "'") mask(pass, pass.at, pass.at + 1, "_");
    }
  }
  return false;
}

/** Blanks a line break; false where a document begins behind it, which nothing in flow style may hold. */
function passBreak(pass: Pass): boolean {
  const { text, at } = pass;
  mask(pass, text[at - 1] === "\r" ? at - 1 : at, at + 1);
  return !isMarker(text, at + 1);
}

function passCollection(pass: Pass): boolean {
  const { text } = pass;
  let depth = 0;
  // Where in a member: before its key or its value, in a plain scalar, or behind anything else.
  let place: "before" | "plain" | "behind" = "before";
  for (; pass.at < text.length; pass.at++) {
    const character = text[pass.at] ?? "";
    const next = text[pass.at + 1] ?? "";
    if (character === "\n") {
      if (!passBreak(pass)) return false;
    } else if (character === "\t") {
      mask(pass, pass.at, pass.at + 1);
    } else if (character === "[" || character === "{") {
      depth++;
      place = "before";
    } else if (character === "]" || character === "}") {
      place = "behind";
      if (--depth === 0) {
        pass.at++;
        return true;
      }
    } else if (character === ",") {
      place = "before";
    } else if (character === ":" && place === "plain" && ",[]{}".includes(next)) {
      // To readers of YAML 1.1 it is the last character of the scalar.
      mask(pass, pass.at, pass.at + 1, "_");
    } else if (character === ":" && (place !== "plain" || isBlank(next))) {
      place = "before";
    } else if (character === "#" && (place !== "plain" || isBlank(text[pass.at - 1]))) {
      blankComment(pass);
      pass.at--;
    } else if (place === "before" && (character === '"' || character === "'")) {
      if (!passQuoted(pass)) return false;
      pass.at--;
      place = "behind";
    } else if (place === "before" && character === "!") {
      passTag(pass);
      pass.at--;
    } else if (place === "before" && (character === "&" || character === "?")) {
      while (!isBlank(text[pass.at + 1]) && !",[]{}".includes(text[pass.at + 1] ?? "")) pass.at++;
    } else if (place === "before" && character === "-" && ",[]{}".includes(next)) {
      // Readers of YAML 1.1 know no entries of lists within brackets.
      mask(pass, pass.at, pass.at + 1, "_");
      place = "plain";
    } else if (!isBlank(character)) {
      place = "plain";
    }
  }
  return false;
}
