import { describe, expect, test } from "vitest";
import type { Resource } from "../../src/krm/resource.ts";
import { folderOf, locksByFolder, nearestLock } from "../../src/lock/nearest-lock.ts";

type Placed = Pick<Resource, "annotations" | "file">;

function placed(path?: string, packagePath?: string): Placed {
  return {
    annotations: new Map(
      packagePath === undefined ? [] : [["internal.config.kubernetes.io/package-path", packagePath]],
    ),
    ...(path !== undefined && { file: { path } }),
  };
}

describe("folderOf", () => {
  test.each([
    { path: "deploy.yaml", folder: "." },
    { path: "./base/deploy.yaml", folder: "base" },
    { path: "a/b/deploy.yaml", folder: "a/b" },
    { path: undefined, folder: "." },
    { path: "deploy.yaml", packagePath: "/home/ada/app", folder: "/home/ada/app" },
    { path: "deploy.yaml", packagePath: "/home/ada/app/", folder: "/home/ada/app" },
    { path: "web/deploy.yaml", packagePath: "/home/ada/app/db", folder: "/home/ada/app/db/web" },
    { path: undefined, packagePath: "/home/ada/app", folder: "/home/ada/app" },
    { path: "web/deploy.yaml", packagePath: "C:\\ada\\app", folder: "C:/ada/app/web" },
  ])("is $folder for $path in $packagePath", ({ path, packagePath, folder }) => {
    expect(folderOf(placed(path, packagePath))).toBe(folder);
  });
});

describe("nearestLock", () => {
  const inEval = new Map([
    [".", "root"],
    ["db", "db"],
    ["db/backup", "backup"],
  ]);
  const inRender = new Map([
    ["/p/app", "root"],
    ["/p/app/db", "db"],
  ]);

  test.each([
    { of: placed("web.yaml"), lock: "root" },
    { of: placed("web/web.yaml"), lock: "root" },
    { of: placed("db/db.yaml"), lock: "db" },
    { of: placed("db/x/y/db.yaml"), lock: "db" },
    { of: placed("db/backup/job.yaml"), lock: "backup" },
    { of: placed("database/db.yaml"), lock: "root" },
    { of: placed(), lock: "root" },
  ])("of one package: $of.file.path has $lock", ({ of, lock }) => {
    expect(nearestLock(of, inEval)).toBe(lock);
  });

  test.each([
    { of: placed("web.yaml", "/p/app"), lock: "root" },
    { of: placed("db.yaml", "/p/app/db"), lock: "db" },
    { of: placed("x/db.yaml", "/p/app/db"), lock: "db" },
    { of: placed("web.yaml", "/p/app/web"), lock: "root" },
    { of: placed("web.yaml", "/p/application"), lock: undefined },
  ])("of packages in a render: $of has $lock", ({ of, lock }) => {
    expect(nearestLock(of, inRender)).toBe(lock);
  });

  test("a lock that does not say where it is counts for all without a nearer one", () => {
    const locks = new Map([
      [".", "given"],
      ["/p/app/db", "db"],
    ]);

    expect(nearestLock(placed("db.yaml", "/p/app/db"), locks)).toBe("db");
    expect(nearestLock(placed("web.yaml", "/p/app"), locks)).toBe("given");
  });

  test("a lock counts for nothing beside its folder", () => {
    expect(nearestLock(placed("web/web.yaml"), new Map([["db", "db"]]))).toBeUndefined();
    expect(nearestLock(placed("web.yaml"), new Map([["db", "db"]]))).toBeUndefined();
  });
});

describe("locksByFolder", () => {
  test("tells of a second lock in a folder, and counts the first", () => {
    const [root, second, db] = [placed("a.yaml"), placed("b.yaml"), placed("db/a.yaml")].map((resource) => ({
      resource,
    }));
    if (root === undefined || second === undefined || db === undefined) throw new Error("three locks");

    const { byFolder, extra } = locksByFolder([root, second, db]);

    expect([...byFolder]).toEqual([
      [".", root],
      ["db", db],
    ]);
    expect(extra).toEqual([{ lock: second, first: root }]);
  });
});
