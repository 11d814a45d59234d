/** What the text of a value tells, whatever its key is. */
import { parseIfImage } from "../image/likely-reference.ts";

/** True for a name with a tag or a digest behind it. */
export function isWhole(text: string): boolean {
  return text.includes("@") || text.includes(":", text.lastIndexOf("/") + 1);
}

/** True for a reference that names its registry by a host with a dot or a port, and has a tag or a digest. */
export function isQualified(text: string): boolean {
  if (!/^[^/\s]*[.:][^/\s]*\/\S+[:@]\S+$/.test(text)) return false;
  const image = parseIfImage(text);
  return image !== undefined && (image.tag !== undefined || image.digest !== undefined);
}
