import { describe, expect, it } from 'vitest';
import { collect } from './lines.ts';
import { parseDatagram, parseTcp } from './net-inet.ts';

const LE = { byteOrder: 'little' } as const;
const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'.padEnd(149);
const pad = (row: string, width = 149) => row.padEnd(width);
const tcp = (...rows: string[]) => collect(parseTcp, Buffer.from(`${[HEADER, ...rows].join('\n')}\n`), LE);
const LISTEN =
  '   0: 0100007F:0016 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 12345 1 ffff880036d60000 100 0 0 10 0';

describe('tcp', () => {
  it('reads a listener with its accept queue and its Fast Open queue', () => {
    const { records, problems, header, lines } = tcp(pad(LISTEN));
    expect({ header, lines, problems }).toEqual({ header: 1, lines: 2, problems: [] });
    expect(records[0]).toEqual({
      line: 2,
      slot: 0,
      localAddress: '127.0.0.1',
      localPort: 22,
      remoteAddress: '0.0.0.0',
      remotePort: 0,
      state: 10,
      txQueue: 0,
      rxQueue: 3,
      timer: 0,
      timerTicks: 0,
      retransmits: 0,
      uid: 0,
      timeout: 0,
      inode: 12345,
      refcount: 1,
      pointer: 'ffff880036d60000',
      rto: 100,
      ato: 0,
      ack: 0,
      cwnd: 10,
      ssthresh: 0,
      drops: null,
      mini: false,
    });
  });

  it('reads time-wait and request rows, which have twelve columns, padded or not', () => {
    const timeWait = '   0: 0100007F:1F90 0100007F:C350 06 00000000:00000000 03:00001770 00000000     0        0 0 3 ffff88003b5c8ac0';
    const request = '   1: 0100007F:1F90 0200007F:C351 03 00000000:00000000 01:00000064 00000000  1000        0 0 1 ffff88003b5c8b00';
    const finWait2 = '   2: 0100007F:1F90 0300007F:C351 05 00000000:00000000 03:00000064 00000000     0        0 0 3 ffff88003b5c8b10';
    const { records, problems } = tcp(pad(timeWait), request, finWait2);
    expect(problems).toEqual([]);
    expect(records.map((r) => [r.state, r.mini, r.rto, r.inode, r.timer, r.timerTicks, r.uid])).toEqual([
      [6, true, null, 0, 3, 6000, 0],
      [3, true, null, 0, 1, 100, 1000],
      [5, true, null, 0, 3, 100, 0],
    ]);
  });

  it('reads fields that overflow their widths', () => {
    const wide =
      '123456: 0100007F:0016 0100007F:C350 01 FFFFFFFF:7FFFFFFF 01:FFFFFFFFFFFFFFFE 0000000A 4294967294   12 4294967295 2 (____ptrval____) 4294967 4 31 10 -1';
    const { records, problems } = tcp(wide);
    expect(records[0]).toMatchObject({
      slot: 123456,
      txQueue: 0xffffffff,
      rxQueue: 0x7fffffff,
      timerTicks: -2,
      retransmits: 10,
      uid: 4294967294,
      timeout: 12,
      inode: 4294967295,
      pointer: '(____ptrval____)',
      rto: 4294967,
      ssthresh: -1,
    });
    expect(problems.map((p) => p.code)).toEqual(['slot-gap']);
  });

  it('takes a negative uid of kernels that print %d as the same 32 bits', () => {
    expect(tcp(LISTEN.replace('     0        0 12345', '    -2        0 12345')).records[0]?.uid).toBe(4294967294);
  });

  it('reads the row beside columns a vendor appended, and says so', () => {
    const { records, problems } = tcp(pad(`${LISTEN} 4242 sshd`));
    expect(records[0]?.ssthresh).toBe(0);
    expect(problems).toEqual([{ code: 'line-columns', line: 2, lines: 0, message: 'the row has 2 columns more than the kernel prints' }]);
  });

  it('takes 13 to 16 columns, and any time-wait row, for short rows with columns of a vendor', () => {
    const mini = '   0: 0100007F:1F90 0100007F:C350 06 00000000:00000000 03:00001770 00000000     0        0 0 3 ffff88003b5c8ac0';
    for (const more of [' 4242 sshd', ' 1 2 3 4 5']) {
      const { records, problems } = tcp(mini + more);
      expect(records[0]).toMatchObject({ mini: true, rto: null, pointer: 'ffff88003b5c8ac0' });
      expect(problems.map((p) => [p.code, p.lines])).toEqual([['line-columns', 0]]);
    }
  });

  it('reads host order of a big-endian host', () => {
    const body = Buffer.from(`${HEADER}\n${LISTEN.replace('0100007F', '7F000001')}\n`);
    expect(collect(parseTcp, body, { byteOrder: 'big' }).records[0]?.localAddress).toBe('127.0.0.1');
  });

  it('gives NULL addresses and one remark when the byte order is unknown', () => {
    const second = LISTEN.replace('   0:', '   1:').replace('12345', '12346');
    const { records, problems } = collect(parseTcp, Buffer.from(`${HEADER}\n${LISTEN}\n${second}\n`), { byteOrder: null });
    expect(records.map((r) => [r.localAddress, r.remoteAddress, r.localPort])).toEqual([
      [null, '0.0.0.0', 22],
      [null, '0.0.0.0', 22],
    ]);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([['line-value', 2, 0]]);
  });

  it('remarks a jump of the running number, and not the first row or the row after a bad line', () => {
    const row = (n: number) => LISTEN.replace('   0:', `${n}:`.padStart(5)).replace('12345', String(500 + n));
    expect(tcp(row(0), row(1), row(3)).problems).toEqual([{ code: 'slot-gap', line: 4, lines: 0, message: 'row 3 where 2 was due' }]);
    expect(tcp(row(0), 'what is this', row(2)).problems.map((p) => p.code)).toEqual(['line-columns']);
  });

  it('keeps a row given twice and remarks it, though its queues moved on', () => {
    const again = LISTEN.replace('   0:', '   1:').replace('00000003', '00000004');
    const { records, problems } = tcp(LISTEN, again, LISTEN.replace('   0:', '   2:').replace('12345', '12399'));
    expect(records).toHaveLength(3);
    expect(problems).toEqual([{ code: 'line-duplicate', line: 3, lines: 0, message: 'the same socket stands in line 2' }]);
  });

  it('makes a value that is none NULL and keeps the row', () => {
    const { records, problems } = tcp(LISTEN.replace(' 12345 ', ' 12a45 '));
    expect(records[0]?.inode).toBeNull();
    expect(problems).toEqual([{ code: 'line-value', line: 2, lines: 0, message: 'not a value of the kernel: inode' }]);
  });

  it('reads a table without header and says so; a torn last line is no row', () => {
    const { records, problems } = collect(parseTcp, Buffer.from(`${LISTEN}\n${LISTEN.slice(0, 80)}`), LE);
    expect(records).toHaveLength(1);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([
      ['header-form', 1, 0],
      ['line-truncated', 2, 1],
    ]);
  });

  it('refuses tabs and other blanks between columns, unlike \\s', () => {
    expect(tcp(LISTEN.replace(' 00000000:0000', '\t00000000:0000')).records).toEqual([]);
    expect(tcp(LISTEN.replace(' 00000000:0000', '\u00a000000000:0000')).records).toEqual([]);
  });
});

describe('udp, raw and icmp', () => {
  const header =
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'.padEnd(127);
  const row = ' 3123: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 999 2 0000000000000000 7';
  const read = (...rows: string[]) => collect(parseDatagram, Buffer.from(`${rows.join('\n')}\n`), LE);

  it('reads 13 columns of 3.0 and later, bucket, drops', () => {
    const { records, problems } = read(header, row.padEnd(127));
    expect(problems).toEqual([]);
    expect(records[0]).toMatchObject({ slot: 3123, localPort: 68, state: 7, inode: 999, refcount: 2, drops: 7, rto: null, mini: false });
  });

  it('reads 12 columns of 2.6.24, where there are no drops', () => {
    const { records, problems } = read(header, row.slice(0, -2));
    expect(problems).toEqual([]);
    expect(records[0]).toMatchObject({ inode: 999, drops: null });
  });

  it('does not expect running numbers of buckets', () => {
    expect(read(header, row, row.replace('3123', ' 754').replace(' 999 ', ' 998 ')).problems).toEqual([]);
  });

  it('reads raw6, where the local port is the protocol', () => {
    const v6 =
      '   58: 00000000000000000000000000000000:003A 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 17 2 0000000000000000 0';
    expect(read(header, v6).records[0]).toMatchObject({ localAddress: '::', localPort: 58 });
  });
});
