import { describe, expect, test } from "vitest";
import { domainOfRegion, parseEcrHost } from "../../../src/credentials/cloud/aws-host.ts";

describe("parseEcrHost", () => {
  test.each([
    ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1", "https://api.ecr.eu-west-1.amazonaws.com/"],
    [
      "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
      "us-gov-west-1",
      "https://ecr-fips.us-gov-west-1.amazonaws.com/",
    ],
    [
      "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
      "cn-north-1",
      "https://api.ecr.cn-north-1.amazonaws.com.cn/",
    ],
    [
      "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
      "eusc-de-east-1",
      "https://api.ecr.eusc-de-east-1.amazonaws.eu/",
    ],
    [
      "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov",
      "us-iso-east-1",
      "https://api.ecr.us-iso-east-1.c2s.ic.gov/",
    ],
    ["123456789012.dkr-ecr.us-east-1.on.aws", "us-east-1", "https://ecr.us-east-1.api.aws/"],
    ["123456789012.dkr-ecr-fips.us-east-1.on.aws", "us-east-1", "https://ecr-fips.us-east-1.api.aws/"],
    [
      "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
      "cn-north-1",
      "https://ecr.cn-north-1.api.amazonwebservices.com.cn/",
    ],
  ])("reads account, region and service from %s", (host, region, api) => {
    expect(parseEcrHost(host)).toEqual({ isPublic: false, account: "123456789012", region, api });
  });

  test.each([
    ["public.ecr.aws", "https://api.ecr-public.us-east-1.amazonaws.com/"],
    ["ecr-public.aws.com", "https://ecr-public.us-east-1.api.aws/"],
  ])("knows the public registry %s", (host, api) => {
    expect(parseEcrHost(host)).toEqual({ isPublic: true, account: "", region: "us-east-1", api });
  });

  test.each([
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.com",
    "123456789012.dkr.ecr.eu-west-1.evilamazonaws.com",
    "123456789012.dkr.ecr.eu-west-1.evil.com",
    "123456789012.dkr.ecr.evil.com.eu-west-1.amazonaws.com",
    "evil.com/123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "x123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "12345.dkr.ecr.eu-west-1.amazonaws.com",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com:8443",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com.",
    "123456789012.dkr.ecr..amazonaws.com",
    "123456789012.dkr-ecr.eu-west-1.amazonaws.com",
    "123456789012.dkr.ecr.eu-west-1.on.aws",
    "123456789012xdkr.ecr.eu-west-1.amazonaws.com",
    "public.ecr.aws.evil.com",
    "evilpublic.ecr.aws",
    "s3.amazonaws.com",
    "",
  ])("takes %s for no registry of AWS", (host) => {
    expect(parseEcrHost(host)).toBeUndefined();
  });
});

describe("domainOfRegion", () => {
  test.each([
    ["us-east-1", "amazonaws.com"],
    ["us-gov-west-1", "amazonaws.com"],
    ["cn-northwest-1", "amazonaws.com.cn"],
    ["eusc-de-east-1", "amazonaws.eu"],
    ["us-isob-east-1", "sc2s.sgov.gov"],
  ])("gives that of %s", (region, domain) => {
    expect(domainOfRegion(region)).toBe(domain);
  });
});
