import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import type { Diag } from './dumped.ts';
import type { Sock } from './sock.ts';

type Attributes = ReturnType<Diag['attributes']>;

/** What ss -i writes of the protocol above TCP (tls, mptcp), and of an MPTCP socket itself. */
export function upperParts(sock: Sock, diag: Diag): string[] {
  if (sock.netid === 'mptcp') return mptcpParts(diag.attributes());
  const ulp = diag.row['ulp'] ?? null;
  if (sock.netid !== 'tcp' || ulp === null) return [];
  const attributes = diag.attributes();
  return [`tcp-ulp-${terminal(ulp)}`, ...tlsParts(attributes), ...subflowParts(attributes)];
}

/** Number of an attribute; null when the kernel did not send it. */
function value(attributes: Attributes, name: string): bigint | null {
  const found: Value | undefined = attributes.get(name)?.value;
  return found === undefined || found === null || found instanceof Uint8Array ? null : BigInt(found);
}

const CONF = ['', 'none', 'sw', 'hw', 'hw-record'];

/** TLS_INFO_* of include/uapi/linux/tls.h. */
function tlsParts(attributes: Attributes): string[] {
  const of = (name: string): bigint | null => value(attributes, `ULP_INFO.TLS.${name}`);
  const parts: string[] = [];
  const version = of('VERSION');
  if (version !== null) parts.push(`version: ${version === 0x303n ? '1.2' : version === 0x304n ? '1.3' : `unknown(${version})`}`);
  const cipher = of('CIPHER');
  if (cipher === 51n) parts.push('cipher: aes-gcm-128');
  if (cipher === 52n) parts.push('cipher: aes-gcm-256');
  for (const [label, name] of [
    ['rxconf', 'RXCONF'],
    ['txconf', 'TXCONF'],
  ] as const) {
    const conf = of(name);
    if (conf !== null) parts.push(`${label}: ${CONF[Number(conf)] || `unknown(${conf})`}`);
  }
  if (attributes.has('ULP_INFO.TLS.ZC_RO_TX')) parts.push('zc_ro_tx');
  return parts;
}

/** MPTCP_SUBFLOW_FLAG_* from the lowest bit. */
const FLAGS = 'MmJjBbecv';

function subflowParts(attributes: Attributes): string[] {
  const of = (name: string): bigint | null => value(attributes, `ULP_INFO.MPTCP.${name}`);
  const hex = (n: bigint): string => n.toString(16);
  const parts: string[] = [];
  const flags = Number(of('FLAGS') ?? 0n);
  if (flags !== 0) parts.push(`flags:${[...FLAGS].filter((_, bit) => (flags >> bit) & 1).join('')}`);
  const [remote, local, remoteId, localId] = [of('TOKEN_REM'), of('TOKEN_LOC'), of('ID_REM'), of('ID_LOC')];
  if (remote !== null && local !== null && remoteId !== null && localId !== null) {
    parts.push(`token:${hex(remote).padStart(4, '0')}(id:${remoteId})/${hex(local).padStart(4, '0')}(id:${localId})`);
  }
  for (const [label, name] of [
    ['seq', 'MAP_SEQ'],
    ['sfseq', 'MAP_SFSEQ'],
    ['ssnoff', 'SSN_OFFSET'],
    ['maplen', 'MAP_DATALEN'],
  ] as const) {
    const n = of(name);
    if (n !== null) parts.push(`${label}:${hex(n)}`);
  }
  return parts;
}

function mptcpParts(attributes: Attributes): string[] {
  const of = (name: string): bigint => value(attributes, `INFO.${name}`) ?? 0n;
  const parts: string[] = [];
  for (const name of ['subflows', 'add_addr_signal', 'add_addr_accepted', 'subflows_max', 'add_addr_signal_max', 'add_addr_accepted_max']) {
    if (of(name)) parts.push(`${name}:${of(name)}`);
  }
  if (of('flags') & 1n) parts.push('fallback');
  if (of('flags') & 2n) parts.push('remote_key');
  for (const name of ['token', 'write_seq', 'snd_una', 'rcv_nxt']) if (of(name)) parts.push(`${name}:${of(name).toString(16)}`);
  return parts;
}
