import type { LookupAddress } from "node:dns";
import { afterEach, describe, expect, test } from "vitest";
import { checkName, guardedLookup } from "../../../src/registry/transport/address-guard.ts";
import { Failure } from "../../../src/registry/transport/failure.ts";
import { fakeDns } from "../../support/fake-dns.ts";

let restore = () => {};

afterEach(() => restore());

describe("checkName", () => {
  test.each([
    ["https://169.254.169.254/", "loopback"],
    ["https://localhost/", "private"],
    ["https://127.0.0.1/", "public"],
    ["https://10.0.0.1/", "public"],
    // The URL parser says what these mean.
    ["https://2130706433/", "public"],
    ["https://0x7f.1/", "public"],
    ["https://[::ffff:10.0.0.1]/", "public"],
    ["https://[::a9fe:a9fe]/", "loopback"],
    ["https://[2002:a9fe:a9fe::]/", "private"],
    ["https://[64:ff9b:1::a9fe:a9fe]/", "private"],
    ["https://metadata.google.internal/", "private"],
    ["https://metadata.google.internal./", "private"],
    ["https://localhost./", "private"],
    ["https://①②⑦.0.0.1/", "public"],
  ] as const)("refuses %s where all must be %s", (url, nearest) => {
    expect(() => checkName(new URL(url).hostname, { nearest, code: "realm" })).toThrow(Failure);
  });

  test.each([
    ["10.0.0.1", "private"],
    ["127.0.0.1", "loopback"],
    ["8.8.8.8", "public"],
    ["auth.acme.io", "public"],
  ] as const)("accepts %s where all must be %s", (hostname, nearest) => {
    expect(() => checkName(hostname, { nearest, code: "realm" })).not.toThrow();
  });
});

describe("guardedLookup", () => {
  const look = (hostname: string, all: boolean) =>
    new Promise<{ readonly error: unknown; readonly found: string | readonly LookupAddress[] }>((resolve) => {
      guardedLookup({ nearest: "private", code: "realm" })(hostname, { all }, (error, found) =>
        resolve({ error, found }),
      );
    });

  test("refuses a name that means a nearer address", async () => {
    ({ restore } = fakeDns({ "auth.acme.io": ["127.0.0.1"] }));

    expect((await look("auth.acme.io", true)).error).toMatchObject({
      code: "realm",
      detail: "a loopback address",
    });
  });

  test.each([
    [true, [{ address: "10.0.0.7", family: 4 }]],
    [false, "10.0.0.7"],
  ])("gives an address that is allowed, with all: %s", async (all, expected) => {
    ({ restore } = fakeDns({ "auth.acme.io": ["10.0.0.7"] }));

    expect((await look("auth.acme.io", all)).found).toEqual(expected);
  });
});
