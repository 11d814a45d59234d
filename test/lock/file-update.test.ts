import { describe, expect, test } from "vitest";
import { filledLockText } from "../../src/lock/file-update.ts";
import { readLockFile } from "../../src/lock/format/lock-file.ts";
import { lockText } from "../../src/lock/format/new-lock.ts";
import { contents, locked } from "./support.ts";

const images = [locked("nginx:1.27", "1")];
const made = lockText(images);

describe("filledLockText", () => {
  test.each([
    ["nothing", "", made],
    ["blank lines", " \n\n", made],
    [
      "comments, which stay above it",
      "# of production\n\n# by hand",
      `# of production\n\n# by hand\n${made}`,
    ],
    ["a marker of documents", "--- # ours\n", `--- # ours\n${made}`],
    ["null, which goes", "null\n", made],
    ["null among comments", "# above\n~ # behind\n# below\n", `# above\n# behind\n# below\n${made}`],
    ["null behind a marker", "---\nNULL\n...\n", `---\n...\n${made}`],
    ["a tagged null", "--- !!null # ours\n", `--- # ours\n${made}`],
    ["an anchored null", "&none !!null null\n", made],
    ["comments with the line breaks of Windows", "# ours\r\n", `# ours\r\n${made.replaceAll("\n", "\r\n")}`],
  ])("makes a lock that is read in a file with %s", async (_, text, filled) => {
    expect(filledLockText(text, images)).toBe(filled);
    expect(contents((await readLockFile(filled)).images)).toEqual(["nginx:1.27 sha256:11111 - -"]);
  });
});
