/** Prints a table as Markdown, so that it can be pasted, with columns that line up, so that it can be read. */
export function printTable(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = widths.map((width, column) => {
      const cell = cells[column] ?? "";
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  console.log(`\n${title}\n`);
  for (const row of [header, rule, ...rows]) console.log(line(row));
}

/** Milliseconds, or seconds where there are many. */
export function time(milliseconds: number): string {
  if (milliseconds === Number.POSITIVE_INFINITY) return "> 60 s";
  return milliseconds < 1_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`;
}

/** Bytes as megabytes, of a million. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** How many times as much. */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return "–";
  return `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`;
}

/** Something of which there may be nothing to tell. */
export function maybe<Value>(value: Value | undefined, format: (value: Value) => string): string {
  return value === undefined ? "–" : format(value);
}
