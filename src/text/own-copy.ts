/** A text that stands by itself: V8 keeps all of a long text for as long as a part of it is kept. */
export function ownCopy(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
