/** Reading files by node:fs, since node:fs/promises takes as long to load as a small list takes to pin. */
import { readdir, readFile } from "node:fs";

/** The text of a file in UTF-8. Rejects with the system's error. */
export function readTextFile(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    readFile(path, "utf8", (error, text) => (error === null ? resolve(text) : reject(error)));
  });
}

/** The names in a folder. Rejects with the system's error. */
export function readFolder(path: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    readdir(path, (error, names) => (error === null ? resolve(names) : reject(error)));
  });
}
