/** Results for a person at a terminal: a row for each image and what became of it, however many fields have it. */

import { formatPlace, type Result } from "../../krm/result.ts";
import { groupByImage, type ImageGroup } from "../../report/image-groups.ts";
import { counted } from "../../text/counted.ts";
import { printable } from "../../text/printable.ts";
import type { ToldLine, Tone } from "../told-line.ts";
import { cutToWidth, padToWidth, widthOf, wrapToWidth } from "./width.ts";

/** Lines of at most so many columns: what changed, then what is to be known, then what failed. */
export function resultsTable(results: readonly Result[], columns: number): readonly ToldLine[] {
  const groups = groupByImage(results);
  const changes = groups.filter(({ change }) => change !== undefined);
  const others = groups.filter(({ change }) => change === undefined);
  const ofSeverity = (severity: Result["severity"]): readonly ImageGroup[] =>
    others.filter(({ results: [first] }) => first.severity === severity);
  return [
    ...changeRows(changes, columns),
    ...["info" as const, "warning" as const, "error" as const].flatMap((severity) =>
      ofSeverity(severity).flatMap((group) => messageRows(group, columns)),
    ),
  ];
}

interface ChangeRow {
  readonly image: string;
  readonly digests: string;
  readonly places: string;
  readonly tone: Tone;
}

function changeRows(groups: readonly ImageGroup[], columns: number): readonly ToldLine[] {
  const rows = groups.flatMap(({ change, results }): readonly ChangeRow[] => {
    if (change === undefined) return [];
    const { from, to } = change;
    const [name = "", before] = from.split("@");
    const [, after] = to.split("@");
    const isOther = after !== undefined && after !== before;
    const old = before === undefined ? "" : `${shortDigest(before)} `;
    const digests = `${old}→ ${isOther ? shortDigest(after) : withShortDigests(to)}`;
    const tone: Tone = before === undefined ? "good" : "changed";
    return [{ image: printable(name), digests, places: placesOf(results), tone }];
  });
  const width = (column: "image" | "digests"): number =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column])), 0);
  const [images, digests] = [width("image"), width("digests")];
  const places = rows.reduce((most, row) => Math.max(most, row.places.length), 0);
  const isWide = images + digests + places + 4 <= columns;
  return rows.flatMap(({ image, tone, ...row }) => {
    if (isWide) {
      const text = `${padToWidth(image, images)}  ${padToWidth(row.digests, digests)}  ${row.places}`;
      return [{ text, mark: row.digests, tone }];
    }
    const lines = [`${row.digests}  ${row.places}`, row.digests];
    const [below = row.digests] = lines.filter((line) => widthOf(line) + 2 <= columns);
    const rest = below === row.digests ? [`  ${row.places}`] : [];
    const plain = (text: string): ToldLine => ({ text: cutToWidth(text, columns), mark: "", tone });
    return [plain(image), { ...plain(`  ${below}`), mark: row.digests }, ...rest.map(plain)];
  });
}

function shortDigest(digest: string): string {
  return printable(withShortDigests(digest));
}

function withShortDigests(text: string): string {
  return text.replaceAll(/(?<=sha(?:256|512):[0-9a-f]{8})[0-9a-f]{56,}/g, "…");
}

function messageRows({ results }: ImageGroup, columns: number): readonly ToldLine[] {
  const [first] = results;
  const tone: Tone = first.severity === "info" ? "changed" : first.severity;
  const label = first.severity === "info" ? "note" : first.severity;
  const more = results.length === 1 ? "" : ` (${placesOf(results)})`;
  const where = `${whereIs(first)}${more}`;
  const [head = "", ...rest] = wrapToWidth(
    printable(`${label}: ${withShortDigests(first.message)}`),
    columns,
    "  ",
  );
  return [
    { text: head.slice(2), mark: label, tone },
    ...[...rest, ...(where === "" ? [] : wrapToWidth(printable(where), columns, "  "))].map((text) => ({
      text,
      mark: "",
      tone,
    })),
  ];
}

/** Where something stands: `web.yaml:12:16`, `line 12`, and what it stands in. */
function whereIs({ position, file, ...named }: Result): string {
  const { line, column } = position ?? {};
  const at =
    line === undefined ? file?.path : file === undefined ? `line ${line}` : `${file.path}:${line}:${column}`;
  const place = formatPlace(named);
  return [at === undefined ? "" : `at ${at}`, place].filter(Boolean).join(", ");
}

/** `12 places in 3 files`. */
function placesOf(results: readonly Result[]): string {
  const files = new Set(results.flatMap(({ file }) => file?.path ?? []));
  const places = counted(results.length, "place");
  return files.size === 0 ? places : `${places} in ${counted(files.size, "file")}`;
}
