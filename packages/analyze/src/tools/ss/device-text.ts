import { big, type Diag, type DiagRow, num } from './dumped.ts';

/** Details of packet and XDP sockets, each with the newline (or blank, with -O) before it. */

const FANOUT = ['hash', 'lb', 'cpu', 'roll', 'random', 'qm'];

export function packetParts(row: DiagRow, oneline: boolean): string {
  const start = oneline ? ' ' : '\n\t';
  const n = (column: string): number => num(row, column) ?? 0;
  let text = '';
  if (num(row, 'version') !== null) {
    const flags = ['running', ' auxdata', ' origdev', ' vnethdr', ' loss'].filter((_, bit) => (n('flags') >> bit) & 1).join('');
    text += `${start}ver:${n('version')} cpy_thresh:${n('copy_thresh')} flags( ${n('flags') === 0 ? '0' : flags} )`;
  }
  for (const ring of ['rx', 'tx']) {
    const of = (name: string): number => n(`${ring}_ring_${name}`);
    if (num(row, `${ring}_ring_block_size`) === null) continue;
    const sizes = `blk_size:${of('block_size')},blk_nr:${of('block_nr')},frm_size:${of('frame_size')},frm_nr:${of('frame_nr')}`;
    text += `${start}ring_${ring}(${sizes},tmo:${of('retire_tmo')},features:0x${of('features').toString(16)})`;
  }
  const fanout = num(row, 'fanout');
  if (fanout !== null) {
    const type = fanout >>> 16;
    text += `${start}fanout(id:${fanout & 0xffff},type:${FANOUT[type] ?? `0x${type.toString(16)}`})`;
  }
  return text;
}

/** A classic BPF program: struct sock_filter is a code of 16 bits, two jumps of 8 and a number of 32. */
export function filterText(diag: Diag, oneline: boolean): string {
  const filter = diag.row['filter'];
  const highFirst = diag.bigEndian();
  if (!(filter instanceof Uint8Array)) return '';
  const bytes = Buffer.from(filter);
  const count = Math.floor(bytes.length / 8);
  let text = `${oneline ? ' ' : '\n\t'}bpf filter (${count}): `;
  for (let at = 0; at < count * 8; at += 8) {
    const code = (highFirst ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at)).toString(16).padStart(2, '0');
    text += ` 0x${code} ${bytes[at + 2]} ${bytes[at + 3]} ${highFirst ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)},`;
  }
  return text;
}

export function xdpParts(row: DiagRow, oneline: boolean): string {
  const start = oneline ? ' ' : '\n\t';
  const ring = (name: string, column: string): string => (num(row, column) === null ? '' : `${start}${name}(entries:${num(row, column)})`);
  let text = ring('rx', 'rx_ring') + ring('tx', 'tx_ring');
  const size = big(row, 'umem_size');
  if (size !== null) {
    const n = (name: string): number => num(row, `umem_${name}`) ?? 0;
    const parts = `id:${n('id')},size:${size},num_pages:${n('pages')},chunk_size:${n('chunk_size')},headroom:${n('headroom')}`;
    // ss writes "tumem" on one line.
    text += `${oneline ? ' tumem' : '\n\tumem'}(${parts},ifindex:${n('ifindex')},qid:${n('queue_id')},zc:${n('flags') & 1},refs:${n('refs')})`;
    text += ring('fr', 'fill_ring') + ring('cr', 'completion_ring');
  }
  if (big(row, 'rx_dropped') !== null) {
    const words = ['rx dropped', 'rx invalid', 'rx queue full', 'rx fill ring empty', 'tx invalid', 'tx ring empty'];
    const columns = ['rx_dropped', 'rx_invalid', 'rx_full', 'fill_ring_empty', 'tx_invalid', 'tx_ring_empty'];
    text += `${start}stats(${words.map((word, i) => `${word}:${big(row, columns[i] ?? '') ?? 0n}`).join(',')})`;
  }
  return text;
}
