import { zstdCompressSync } from 'node:zlib';
import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { CaseDb } from '../db/query.ts';
import { jsonValue } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import type { ColumnType } from '../tables/table.ts';
import { type Relation, selectAll, VERSION } from './relation.ts';

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
type Kind = 'text' | 'integer' | 'unsigned' | 'real';

/** Rows a group: what is in memory at once. */
const GROUP = 100_000;

/** Columns that say whose rows they are, before those of the table: rows of many captures may lie in one lake. */
export interface Owner {
  readonly capture_uuid: string | null;
  readonly host: string | null;
  /** Start of the capture, nanoseconds since 1970. */
  readonly taken_ns: bigint | null;
}

const KINDS: Readonly<Record<ColumnType, Kind>> = {
  INTEGER: 'integer',
  TEXT: 'text',
  REAL: 'real',
  BLOB: 'text',
  BYTES: 'text',
  U64: 'unsigned',
};

/**
 * Writes the rows of one capture into one Parquet file, zstd, in groups of 100,000: integers are INT64, U64 is UINT_64, all else is a string.
 * Text that is not UTF-8, and columns of bytes, are spelled as in JSON exports: {"hex":"…"}. Gives the number of rows; no file is made for none.
 */
export function writeParquet(db: CaseDb, relation: Relation, captureId: number, owner: Owner, file: string): number {
  const own = relation.columns.map(({ name, type }) => ({ name, kind: kindOf(`${relation.name}.${name}`, type) }));
  const columns = [
    { name: 'capture_uuid', kind: 'text' },
    { name: 'host', kind: 'text' },
    { name: 'taken_ns', kind: 'integer' },
    ...own,
  ] as const;
  const first: readonly Value[] = [owner.capture_uuid, owner.host, owner.taken_ns];
  let writer: ParquetWriter | null = null;
  let group: unknown[][] = columns.map(() => []);
  let rows = 0;
  const flush = (): void => {
    writer ??= new ParquetWriter({
      writer: fileWriter(file),
      schema: [{ name: 'root', num_children: columns.length }, ...columns.map(element)],
      codec: 'ZSTD',
      compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
      kvMetadata: [
        { key: 'coldstat.table', value: relation.name },
        { key: 'coldstat.schema', value: String(VERSION) },
      ],
      createdBy: 'coldstat',
    });
    writer.write({ columnData: columns.map(({ name }, i) => ({ name, data: group[i] ?? [] }) as ColumnSource), rowGroupSize: GROUP });
    group = columns.map(() => []);
  };
  for (const row of db.rows(selectAll(relation), captureId).rows) {
    columns.forEach(({ kind }, i) => {
      group[i]?.push(converted(kind, (i < first.length ? first[i] : row[i - first.length]) ?? null));
    });
    if (++rows % GROUP === 0) flush();
  }
  if (rows % GROUP !== 0) flush();
  (writer as ParquetWriter | null)?.finish();
  return rows;
}

/** Counters of any size, and the kernel prints one of them as -1: no number type of Parquet holds both. */
const BOTH_SIGNS = 'counters.value';

function kindOf(column: string, type: ColumnType | null): Kind {
  return type === null || column === BOTH_SIGNS ? 'text' : KINDS[type];
}

function element({ name, kind }: { readonly name: string; readonly kind: Kind }): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (kind) {
    case 'integer':
      return { ...optional, type: 'INT64' };
    case 'unsigned':
      return { ...optional, type: 'INT64', converted_type: 'UINT_64' };
    case 'real':
      return { ...optional, type: 'DOUBLE' };
    case 'text':
      return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}

function converted(kind: Kind, value: Value): unknown {
  if (value === null) return null;
  if (kind === 'real') return Number(value);
  if (kind === 'text') return typeof value === 'string' ? value : value instanceof Uint8Array ? jsonValue(value) : String(value);
  // What is above 2^63-1 stands in the case as decimal text.
  return BigInt(value as number | string);
}
