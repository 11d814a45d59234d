import { describe, expect, test } from "vitest";
import { isLoopbackName, ownReachOf, reachOfAddress } from "../../../src/registry/transport/reach.ts";

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
    ["fd20:ce::254", "link-local"],
    ["192.0.0.192", "link-local"],
    // Disguises: compatible, translated, NAT64 by any length of its prefix, 6to4, Teredo, ISATAP, a
    // translator's own.
    ["::a9fe:a9fe", "link-local"],
    ["::169.254.169.254", "link-local"],
    ["::ffff:0:a9fe:a9fe", "link-local"],
    ["64:ff9b:1::a9fe:a9fe", "link-local"],
    ["64:ff9b:1:a9fe:a9:fe00::", "link-local"],
    ["64:ff9b:1:aa:a9:fea9:fe00::", "link-local"],
    ["64:ff9b:1:aabb:a9:fea9:fe00:0", "link-local"],
    ["64:ff9b:1::8.8.8.8", "public"],
    ["2002:a9fe:a9fe::", "link-local"],
    ["2002:a9fe:a9fe:1:2:3:4:5", "link-local"],
    ["2002:0a00:0001::1", "private"],
    ["2002:7f00:0001::1", "loopback"],
    ["2002:0808:0808::1", "public"],
    ["2001:0:a9fe:a9fe::1", "link-local"],
    ["2001:0:4136:e378:8000:63bf:5601:5601", "link-local"],
    ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "public"],
    ["2001:db8::5efe:169.254.169.254", "link-local"],
    ["2001:db8::200:5efe:10.0.0.1", "private"],
    ["2001:db8:64::a9fe:a9fe", "link-local"],
    ["2001:db8:64::100.100.100.200", "link-local"],
    ["2001:db8:64::808:808", "public"],
    ["[::A9FE:A9FE]", "link-local"],
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

describe("ownReachOf", () => {
  test.each([
    ["169.254.169.254", "link-local"],
    ["::ffff:169.254.169.254", "link-local"],
    ["fd00:ec2::254", "link-local"],
    ["10.0.0.1", "private"],
    ["127.0.0.1", "loopback"],
    ["[::1]", "loopback"],
    // What only looks like a near address may be anybody's.
    ["2001:db8::a9fe:a9fe", "public"],
    ["2001:db8::5efe:10.0.0.1", "public"],
    ["2002:a9fe:a9fe::1", "public"],
    ["64:ff9b::169.254.169.254", "public"],
    ["::a9fe:a9fe", "public"],
    ["ghcr.io", undefined],
  ])("%s is %s", (address, reach) => {
    expect(ownReachOf(address)).toBe(reach);
  });
});

describe("isLoopbackName", () => {
  test.each([
    ["localhost", true],
    ["LOCALHOST", true],
    ["app.localhost", true],
    ["127.0.0.1", true],
    ["[::1]", true],
    ["localhost.", true],
    ["[::ffff:127.0.0.1]", true],
    // These only stand for it, somewhere.
    ["[2002:7f00:1::]", false],
    ["[64:ff9b::7f00:1]", false],
    ["[::7f00:1]", false],
    ["localhost.evil.com", false],
    ["notlocalhost", false],
    ["10.0.0.1", false],
  ])("%s: %s", (name, expected) => {
    expect(isLoopbackName(name)).toBe(expected);
  });
});
