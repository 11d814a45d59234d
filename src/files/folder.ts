/** Which folders stand in which, by their absolute paths. */
import { sep } from "node:path";

/** True for a path that is a folder or leads into it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The folder that holds all of them; undefined where there are none. */
export function commonFolder([first, ...others]: readonly string[]): string | undefined {
  return others.reduce((common, each) => {
    let at = common;
    while (at !== undefined && !isBelow(each, at)) at = at.slice(0, at.lastIndexOf(sep)) || sep;
    return at;
  }, first);
}
