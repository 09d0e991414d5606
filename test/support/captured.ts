import type { Header, ListLine, LogRecord, Manifest, PackFrame } from '@coldstat/capture/archive';
import { openBytes, parseList, parsePack, readArchive } from '@coldstat/capture/archive';

/** An archive, whole in memory, for tests that look into it. */
export interface Captured {
  readonly header: Header;
  readonly manifest: Manifest | null;
  readonly bodies: ReadonlyMap<string, Buffer>;
  readonly records: readonly LogRecord[];
  /** What the reader of archives found wrong with it. */
  readonly problems: readonly string[];
  /** Lines of a list by name (latin1); throws when the entry is not there or not in the form. */
  list(name: string): Map<string, ListLine>;
  pack(name: string): Map<string, PackFrame>;
  /** Body as latin1. */
  text(name: string): string;
  record(path: string): LogRecord | undefined;
}

export async function readCaptured(path: string): Promise<Captured> {
  const bodies = new Map<string, Buffer>();
  const records: LogRecord[] = [];
  const problems: string[] = [];
  let header: Header | null = null;
  let manifest: Manifest | null = null;
  for await (const item of readArchive(openBytes(path)).items()) {
    if (item.type === 'header') header = item.header;
    else if (item.type === 'manifest') manifest = item.manifest;
    else if (item.type === 'record') records.push(item.record);
    else if (item.type === 'problem') problems.push(`${item.problem.code}: ${item.problem.message}`);
    else bodies.set(item.entry.name, Buffer.from(item.entry.body));
  }
  if (header === null) throw new Error(`${path}: no header; ${problems.join('; ')}`);
  const body = (name: string): Buffer => {
    const found = bodies.get(name);
    if (found === undefined) throw new Error(`${name}: not in the archive`);
    return found;
  };
  return {
    header,
    manifest,
    bodies,
    records,
    problems,
    list: (name) => {
      const { lines, errors } = parseList(body(name));
      if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`);
      return new Map(lines.map((line) => [line.name, line]));
    },
    pack: (name) => {
      const { frames, error } = parsePack(body(name));
      if (error !== null) throw new Error(`${name}: ${error.message}`);
      return new Map(frames.map(({ frame }) => [frame.name, frame]));
    },
    text: (name) => body(name).toString('latin1'),
    record: (path_) => records.find((record) => record.path === path_),
  };
}
