import { meaningByForm } from './by-form.ts';
import { type Role, roleOf } from './csv-words.ts';
import { hostName, MEANINGS, refang } from './meaning.ts';

/** Which columns of a table are read, and as what. */
export interface Plan {
  /** Whether the first row is a header and no row of the list. */
  readonly skipsFirst: boolean;
  readonly columns: readonly Column[];
  readonly ports: readonly Column[];
  readonly type: number | null;
  readonly about: readonly number[];
  readonly said: Columns;
}

export interface Column {
  readonly index: number;
  readonly name: string;
  /** By its form: `any`, or only what has the form of an address, host name, hash, URL or path; else a word of MEANINGS. */
  readonly as: 'any' | 'formed' | { readonly type: string };
  /** Column of the port that belongs to an address or host of this one. */
  readonly port: number | null;
}

/** What is told to the operator: names of columns, or their numbers counted from 1. */
export interface Columns {
  readonly read: readonly string[];
  readonly about: readonly string[];
  readonly left: readonly string[];
}

/** Rows that are looked at for what is in a column. */
export const SAMPLE = 200;

/** `rows`: the first of the table; `comments`: what stands before them. */
export function planOf(rows: readonly (readonly string[])[], comments: readonly (readonly string[])[]): Plan {
  const first = rows[0] ?? [];
  const above = comments.findLast((cells) => cells.length > 1 && cells.length === first.length && hasIndicators(cells.map(roleOf)));
  if (above !== undefined) return byHeader(above, rows, false);
  if (isHeader(first, rows[1])) return byHeader(first, rows.slice(1), true);
  const type = typeColumn(first);
  if (type !== null) {
    const about = first.map((_, i) => i).filter((i) => i > 1);
    return finished(first, [{ index: 1 - type, as: 'any', end: '' }], [], { type, about, skipsFirst: false, header: false });
  }
  return byContent(first, rows);
}

/** Whether cells are a header that names a column of indicators. */
export function namesIndicators(cells: readonly string[], second: readonly string[] | undefined): boolean {
  return isHeader(cells, second) && hasIndicators(cells.map(roleOf));
}

/** Which of the first two cells is a type while the other is none. */
export function typeColumn(cells: readonly string[]): 0 | 1 | null {
  const [a, b] = [cells[0] ?? '', cells[1] ?? ''].map((cell) => MEANINGS.has(cell.trim().toLowerCase().replaceAll(/[ _]/g, '-')));
  return a === b ? null : a ? 0 : 1;
}

function hasIndicators(roles: readonly (Role | null)[]): boolean {
  return roles.some((role) => role !== null && (role.kind === 'value' || role.kind === 'typed' || role.kind === 'port'));
}

/** A row with a known word and without data; `second` tells `process,xmrig` as a row of a list from a header. */
function isHeader(cells: readonly string[], second: readonly string[] | undefined): boolean {
  const roles = cells.map(roleOf);
  if (!roles.some((role) => role !== null) || cells.some((cell, i) => roles[i] === null && isData(cell))) return false;
  if (cells.length === 2 && typeColumn(cells) !== null && roles.some((role) => role === null))
    return second !== undefined && typeColumn(second) === null;
  return true;
}

function isData(cell: string): boolean {
  return /^\s*[-+]?\d/.test(cell) || isFormed(cell);
}

const FORMED = new Set([
  'address', 'block', 'range', 'address and port', 'host and port', 'url', 'md5', 'sha1', 'sha256', 'sha512', 'path', 'host or name',
]); // biome-ignore format: one list

/** Whether a cell can hardly be anything but an indicator. */
export function isFormed(cell: string): boolean {
  const text = refang(cell.trim());
  const meaning = meaningByForm(text);
  if ('reason' in meaning || !FORMED.has(meaning.type)) return false;
  return meaning.type !== 'host or name' || /\.(?:[a-z]{2,}|xn--[a-z0-9-]+)$/.test(hostName(text.replace(/^\*\./, '')) ?? '');
}

interface Draft {
  readonly index: number;
  readonly as: Column['as'];
  readonly end: string;
}

function byHeader(header: readonly string[], rows: readonly (readonly string[])[], skipsFirst: boolean): Plan {
  const roles = header.map(roleOf);
  const value = roles.findIndex((role) => role?.kind === 'value');
  const columns: Draft[] = [];
  const ports: Draft[] = [];
  const about: number[] = [];
  for (const [index, role] of roles.entries()) {
    if (role?.kind === 'about' || (role?.kind === 'typed' && role.type === 'name' && value >= 0)) about.push(index);
    else if (role?.kind === 'typed') columns.push({ index, as: { type: role.type }, end: role.end });
    else if (role?.kind === 'port') ports.push({ index, as: { type: role.type }, end: role.end });
    else if (index === value) columns.push({ index, as: 'any', end: '' });
    else if (role === null && value < 0 && mostlyFormed(rows, index))
      columns.push({ index, as: 'formed', end: endOf(header[index] ?? '') });
  }
  const type = roles.findIndex((role) => role?.kind === 'type');
  return finished(header, columns, ports, { type: value < 0 || type < 0 ? null : type, about, skipsFirst, header: true });
}

const endOf = (word: string): string => ({ dst: 'dst', destination: 'dst', src: 'src' })[word.trim().toLowerCase()] ?? '';

/** Without a header that is known: what the columns hold. A table of one column is a plain list. */
function byContent(first: readonly string[], rows: readonly (readonly string[])[]): Plan {
  const header = rows.length > 1 && !first.some(isData);
  const data = header ? rows.slice(1) : rows;
  const formed = first.map((_, i) => i).filter((i) => mostlyFormed(data, i));
  const alone = first.length === 1;
  const skipsFirst = header && !alone && formed.length > 0;
  const columns = (alone ? [0] : formed).map((index): Draft => ({ index, as: alone ? 'any' : 'formed', end: '' }));
  const about = skipsFirst ? [] : first.map((_, i) => i).filter((i) => !formed.includes(i) && !alone);
  return finished(first, columns, [], { type: null, about, skipsFirst, header: skipsFirst });
}

function mostlyFormed(rows: readonly (readonly string[])[], index: number): boolean {
  const cells = rows.map((row) => row[index] ?? '').filter((cell) => cell.trim() !== '');
  return cells.filter(isFormed).length * 2 > cells.length;
}

interface Rest {
  readonly type: number | null;
  readonly about: readonly number[];
  readonly skipsFirst: boolean;
  /** Whether the names of the columns are known. */
  readonly header: boolean;
}

function finished(cells: readonly string[], drafts: readonly Draft[], ports: readonly Draft[], rest: Rest): Plan {
  const nameOf = (index: number): string => (rest.header ? (cells[index] ?? '').trim() : '') || `column ${index + 1}`;
  const ends = new Set(drafts.filter(isPlace).map((draft) => draft.end));
  const portOf = (draft: Draft): number | null => {
    if (!isPlace(draft)) return null;
    const beside =
      ports.find((port) => port.end === draft.end) ?? (draft.end === '' ? ports.find((port) => port.end === 'dst') : undefined);
    return (beside ?? (ends.size === 1 && ports.length === 1 ? ports[0] : undefined))?.index ?? null;
  };
  const columns = drafts.map((draft): Column => ({ index: draft.index, name: nameOf(draft.index), as: draft.as, port: portOf(draft) }));
  // Ports of a table without addresses are what it lists.
  const alone = ends.size === 0;
  const own = alone ? ports.map((port): Column => ({ index: port.index, name: nameOf(port.index), as: port.as, port: null })) : [];
  const beside = [...new Set(columns.flatMap(({ port }) => (port === null ? [] : [port])))];
  const used = new Set([...columns, ...own].map(({ index }) => index).concat(beside, rest.about, rest.type ?? []));
  return {
    skipsFirst: rest.skipsFirst,
    columns: [...columns, ...own],
    ports: beside.map((index): Column => ({ index, name: nameOf(index), as: { type: 'port' }, port: null })),
    type: rest.type,
    about: rest.about,
    said: {
      read: [...columns, ...own].map(
        ({ name, port, as }) =>
          `${name}${as === 'any' && rest.type !== null ? ` by ${nameOf(rest.type)}` : ''}${port === null ? '' : ` with ${nameOf(port)}`}`,
      ),
      about: rest.about.map(nameOf),
      left: cells
        .map((_, i) => i)
        .filter((i) => !used.has(i))
        .map(nameOf),
    },
  };
}

const PLACES = /^(?:ip|addr|address|host|domain|fqdn|dns|url|uri|cidr|net)/;

/** Whether a column may have addresses or hosts, to which ports belong. */
function isPlace({ as }: Draft): boolean {
  return typeof as === 'string' || PLACES.test(as.type);
}
