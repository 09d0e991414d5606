import type { CaseDb } from '../db/query.ts';
import { utc } from '../db/select.ts';
import { pageCell } from '../render/cell.ts';
import type { Value } from '../render/value.ts';

interface Row {
  readonly kind: string;
  readonly host: Value;
  readonly startedNs: number | bigint | null;
  readonly endedNs: number | bigint | null;
  readonly complete: number;
  readonly exit: string | null;
  readonly caseId: Value;
  readonly operator: Value;
  readonly reason: Value;
  readonly tool: string | null;
  readonly release: Value;
  readonly machine: string | null;
  readonly boot: string | null;
  readonly euid: number | null;
  readonly caps: string | null;
  readonly offsetMs: number | null;
  readonly timezone: string | null;
  readonly path: Value;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly redacted: number;
}

const FACTS = `SELECT kind, host, started_ns AS startedNs, ended_ns AS endedNs, complete, exit, case_id AS caseId, operator, reason, tool,
  kernel_release AS release, machine, boot_id AS boot, own_euid AS euid, own_cap_eff AS caps, time_offset_ms AS offsetMs, timezone,
  archive_path AS path, archive_sha256 AS sha256, archive_bytes AS bytes,
  json_valid(header) AND json_type(header, '$.redacted') = 'object' AS redacted FROM captures WHERE capture_id = ?`;

export interface Facts {
  readonly host: string;
  /** UTC to the second. */
  readonly started: string;
  readonly facts: readonly (readonly [string, string])[];
}

/** What is known of a capture as a whole, for the head of a report; what is unknown is left out. */
export function factsOf(db: CaseDb, captureId: number): Facts {
  const row = db.get<Row>(FACTS, captureId);
  if (row === undefined) throw new Error(`no capture ${captureId}`);
  const named: readonly (readonly [string, Value])[] = [
    ['Host', row.host],
    ['Started (UTC)', utc(row.startedNs)],
    ['Lasted', lasted(row)],
    [
      'State',
      row.kind === 'coldstat' ? (row.complete === 1 ? row.exit : 'incomplete: the archive is cut off') : `foreign evidence: ${row.kind}`,
    ],
    ['Clock', row.offsetMs === null ? row.timezone : `${row.timezone ?? ''}; the operator adds ${row.offsetMs} ms`],
    ['Kernel', row.release === null ? null : `${pageCell(row.release)} ${row.machine ?? ''}`],
    ['Boot', row.boot],
    ['Captured by', privileges(row)],
    ['Case', row.caseId],
    ['Operator', row.operator],
    ['Reason', row.reason],
    ['Tool', row.tool],
    ['Redacted', row.redacted === 1 ? 'yes: names and addresses are replaced' : null],
    ['Archive', fileName(row.path)],
    ['SHA-256', row.sha256],
    ['Size', row.bytes === null ? null : `${row.bytes.toLocaleString('en-US')} bytes`],
  ];
  const facts = named.flatMap(([name, value]): [string, string][] => {
    const text = pageCell(value);
    return text === null || text === '' || text === '-' ? [] : [[name, String(text)]];
  });
  return { host: String(pageCell(row.host) ?? 'unnamed host'), started: utc(row.startedNs), facts };
}

function lasted({ startedNs, endedNs }: Row): string | null {
  if (startedNs === null || endedNs === null) return null;
  return `${(Number(BigInt(endedNs) - BigInt(startedNs)) / 1e9).toFixed(2)} s`;
}

function privileges({ euid, caps }: Row): string | null {
  if (euid === null) return null;
  return `uid ${euid}${euid === 0 ? ' (root)' : ''}${caps === null ? '' : `, capabilities ${caps}`}`;
}

/** The directories that an analyst keeps archives in are nobody's business. */
function fileName(path: Value): Value {
  return typeof path === 'string' ? (path.split('/').at(-1) ?? path) : path;
}
