import { describe, expect, test } from "vitest";
import { withoutLogin } from "../../src/text/without-login.ts";

describe("withoutLogin", () => {
  test.each([
    ["https://user:pass@h:5000/a", "https://…@h:5000/a"],
    ["https://user:pa/ss@h", "https://…@h"],
    ["https://user:pa?s#s@h", "https://…@h"],
    ["https://user:p@a@ss@h", "https://…@h"],
    ["https://user:pa ss@h", "https://…@h"],
    ["https://user:pa\nss@h", "https://…@h"],
    ["https://token@h", "https://…@h"],
    ["user:pa/ss@h", "…@h"],
    ["ss@h", "…@h"],
    ["https://user:pa", "https://…"],
    ["https://user:12,3", "https://…"],
    ["https://user:12/3:4", "https://…"],
    ["https://h:5000/a", "https://h:5000/a"],
    ["http://[::1]:5000", "http://[::1]:5000"],
    ["https://", "https://"],
    ["ghcr.io/acme", "ghcr.io/acme"],
    ["-----BEGIN PRIVATE KEY-----\nMIIEvQ==", "-----BEGIN PRIVATE KEY-----…"],
    ["20s", "20s"],
    ["", ""],
  ])("shows %j as %j", (text, shown) => {
    expect(withoutLogin(text)).toBe(shown);
  });
});
