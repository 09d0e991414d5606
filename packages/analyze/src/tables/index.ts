import { captures } from './captures.ts';
import { cgroups } from './cgroups.ts';
import { conntrack } from './conntrack.ts';
import { counters } from './counters.ts';
import { devices } from './devices.ts';
import { diagAttributes } from './diag-attributes.ts';
import { diagDumps } from './diag-dumps.ts';
import { diagInet } from './diag-inet.ts';
import { diagNetlink } from './diag-netlink.ts';
import { diagOther } from './diag-other.ts';
import { diagPacket } from './diag-packet.ts';
import { diagTcpInfo } from './diag-tcp-info.ts';
import { diagUnix } from './diag-unix.ts';
import { diagUnixPending } from './diag-unix-pending.ts';
import { diagVsock } from './diag-vsock.ts';
import { diagXdp } from './diag-xdp.ts';
import { directoryListings } from './directory-listings.ts';
import { executables } from './executables.ts';
import { facts } from './facts.ts';
import { fds } from './fds.ts';
import { groups } from './groups.ts';
import { hosts } from './hosts.ts';
import { interfaceAddresses } from './interface-addresses.ts';
import { interfaces } from './interfaces.ts';
import { ipv4Addresses } from './ipv4-addresses.ts';
import { ledger } from './ledger.ts';
import { links } from './links.ts';
import { locks } from './locks.ts';
import { mappedFiles } from './mapped-files.ts';
import { maps } from './maps.ts';
import { marks } from './marks.ts';
import { modules } from './modules.ts';
import { mounts } from './mounts.ts';
import { multicast } from './multicast.ts';
import { namedProcesses } from './named-processes.ts';
import { namespaces } from './namespaces.ts';
import { neighbours } from './neighbours.ts';
import { netProtocols } from './net-protocols.ts';
import { packetTypes } from './packet-types.ts';
import { problems } from './problems.ts';
import { processArgs } from './process-args.ts';
import { processCgroups } from './process-cgroups.ts';
import { processEnviron } from './process-environ.ts';
import { processLimits } from './process-limits.ts';
import { processStatusKeys } from './process-status-keys.ts';
import { processes } from './processes.ts';
import { protocols } from './protocols.ts';
import { routes } from './routes.ts';
import { rpcPrograms } from './rpc-programs.ts';
import { rpcRegistrations } from './rpc-registrations.ts';
import { services } from './services.ts';
import { socketKeys } from './socket-keys.ts';
import { socketNames } from './socket-names.ts';
import { socketOptions } from './socket-options.ts';
import { socketProtonames } from './socket-protonames.ts';
import { socketsInet } from './sockets-inet.ts';
import { socketsNetlink } from './sockets-netlink.ts';
import { socketsPacket } from './sockets-packet.ts';
import { socketsSctp } from './sockets-sctp.ts';
import { socketsUnix } from './sockets-unix.ts';
import { sources } from './sources.ts';
import type { Table } from './table.ts';
import { tableComparisons } from './table-comparisons.ts';
import { threads } from './threads.ts';
import { users } from './users.ts';

/** Every table of a case file, in the order of docs/SCHEMA.md. */
export const TABLES: readonly Table[] = [
  captures,
  sources,
  problems,
  ledger,
  marks,
  namespaces,
  processes,
  processArgs,
  processEnviron,
  processLimits,
  processCgroups,
  processStatusKeys,
  threads,
  namedProcesses,
  fds,
  links,
  maps,
  mappedFiles,
  executables,
  mounts,
  socketsInet,
  socketKeys,
  socketsUnix,
  socketsNetlink,
  socketsPacket,
  socketsSctp,
  diagDumps,
  diagInet,
  diagTcpInfo,
  diagUnix,
  diagUnixPending,
  diagNetlink,
  diagPacket,
  diagVsock,
  diagXdp,
  diagOther,
  diagAttributes,
  socketProtonames,
  socketOptions,
  socketNames,
  interfaces,
  interfaceAddresses,
  ipv4Addresses,
  routes,
  neighbours,
  multicast,
  counters,
  netProtocols,
  packetTypes,
  conntrack,
  services,
  protocols,
  rpcPrograms,
  rpcRegistrations,
  hosts,
  users,
  groups,
  modules,
  cgroups,
  locks,
  devices,
  directoryListings,
  tableComparisons,
  facts,
];
