import type { LookupAddress } from "node:dns";
import { afterEach, describe, expect, test } from "vitest";
import {
  checkName,
  guardedLookup,
  isLoopbackName,
  reachOfAddress,
} from "../../../src/registry/transport/address-guard.ts";
import { Failure } from "../../../src/registry/transport/failure.ts";
import { fakeDns } from "../../support/fake-dns.ts";

let restore = () => {};

afterEach(() => restore());

describe("reachOfAddress", () => {
  test.each([
    ["169.254.169.254", "link-local"],
    ["100.100.100.200", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["fd00:ec2::254", "link-local"],
    ["::ffff:169.254.169.254", "link-local"],
    ["168.63.129.16", "link-local"],
    ["64:ff9b::a9fe:a9fe", "link-local"],
    ["64:ff9b::169.254.169.254", "link-local"],
    ["64:ff9b::10.1.2.3", "private"],
    ["64:ff9b::172.16.0.1", "private"],
    ["64:ff9b::192.168.0.1", "private"],
    ["64:ff9b::8.8.8.8", "public"],
    ["127.0.0.1", "loopback"],
    ["127.255.0.1", "loopback"],
    ["0.0.0.0", "loopback"],
    ["::1", "loopback"],
    ["::", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "private"],
    ["fd12::1", "private"],
    ["172.32.0.1", "public"],
    ["8.8.8.8", "public"],
    ["2606:4700::1111", "public"],
  ])("%s is %s", (address, reach) => {
    expect(reachOfAddress(address)).toBe(reach);
  });
});

describe("isLoopbackName", () => {
  test.each([
    ["localhost", true],
    ["LOCALHOST", true],
    ["app.localhost", true],
    ["127.0.0.1", true],
    ["[::1]", true],
    ["localhost.evil.com", false],
    ["notlocalhost", false],
    ["10.0.0.1", false],
  ])("%s: %s", (name, expected) => {
    expect(isLoopbackName(name)).toBe(expected);
  });
});

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
