/**
 * A copy of a part of a text. V8 keeps all of a text as long as a part of it is used, so whoever lets go of the text, and
 * keeps the part, keeps a copy.
 */
export function ownText(part: string): string {
  // The same characters, whatever they are: a lone surrogate is escaped, and read again.
  return part.length < sharedMin ? part : JSON.parse(JSON.stringify(part));
}

// What is shorter is copied by V8 itself: https://github.com/v8/v8/blob/12.4.254/src/objects/string.h (SlicedString::kMinLength)
const sharedMin = 13;
