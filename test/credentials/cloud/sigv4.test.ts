import { describe, expect, test } from "vitest";
import { signRequest } from "../../../src/credentials/cloud/sigv4.ts";

// The requests of AWS's own test suite for the signature (get-vanilla and its siblings), and its result for each.
const keys = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "",
};
const scope = { keys, region: "us-east-1", service: "service", time: Date.parse("2015-08-30T12:36:00Z") };
const request = { method: "GET", url: "https://example.amazonaws.com/", headers: {}, body: "" };

describe("signRequest", () => {
  test.each([
    {
      name: "get-vanilla",
      request,
      signedHeaders: "host;x-amz-date",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    },
    {
      name: "post-vanilla",
      request: { ...request, method: "POST" },
      signedHeaders: "host;x-amz-date",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    },
    {
      name: "post-x-www-form-urlencoded",
      request: {
        ...request,
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "Param1=value1",
      },
      signedHeaders: "content-type;host;x-amz-date",
      signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    },
    {
      name: "get-header-value-order",
      request: { ...request, headers: { "my-header1": "value4,value1,value3,value2" } },
      signedHeaders: "host;my-header1;x-amz-date",
      signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    },
  ])("signs $name as AWS does", ({ request, signedHeaders, signature }) => {
    expect(signRequest(request, scope)).toEqual({
      ...request.headers,
      "x-amz-date": "20150830T123600Z",
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    });
  });

  test("signs the session token of a role", () => {
    const sessionToken =
      "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    expect(
      signRequest({ ...request, method: "POST" }, { ...scope, keys: { ...keys, sessionToken } }),
    ).toEqual({
      "x-amz-date": "20150830T123600Z",
      "x-amz-security-token": sessionToken,
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    });
  });
});
