import { listing, netlinkDump, protocolNamePack, sockoptPack } from './binary.ts';
import { distribution, group, hosts, passwd, paths, registry, resolvConf, version } from './etc.ts';
import { byLine, KERNEL_WORDS, kept, NUMBERS, type Rule } from './lines.ts';
import { NET_RULES } from './net.ts';
import * as process from './process.ts';
import { rpcbindNumbers, rpcbindStrings } from './rpc.ts';

const OF_PROCESS: Readonly<Record<string, Rule>> = {
  stat: process.stat,
  status: process.status,
  comm: process.comm,
  cmdline: process.cmdline,
  cgroup: process.cgroup,
  limits: process.limits,
  loginuid: process.number,
  sessionid: process.number,
  wchan: process.symbol,
  'attr/current': process.label,
  maps: process.maps,
  mountinfo: process.mountinfo,
  'links.list': process.list,
  'fd.list': process.list,
  'fdinfo.pack': process.fdinfoPack,
  'task.pack': process.taskPack,
  'sockopt.pack': sockoptPack,
};

const words = byLine(kept(KERNEL_WORDS));
const numbers = byLine(kept(NUMBERS));

const OF_HOST: Readonly<Record<string, Rule>> = {
  'proc/loadavg': numbers,
  'proc/uptime': numbers,
  'proc/stat': words,
  'proc/version': version,
  'proc/cmdline': process.kernelCmdline,
  'proc/mounts': process.mounts,
  'proc/modules': words,
  'proc/locks': words,
  'proc/devices': words,
  'proc/filesystems': words,
  'proc/sys.pack': process.sysPack,
  'proc/stat.pack': process.statPack,
  'proc/children.pack': process.childrenPack,
  'sys/fs/cgroup.pack': process.cgroupPack,
  'sys/fs/cgroup.list': process.cgroupList,
  'proc/mapped.list': process.list,
  'proc/exe-hash.pack': process.hashPack,
  'proc/deleted-exe.pack': process.hashPack,
  'proc/sockprotoname.pack': protocolNamePack,
  'sys/class/net.list': process.interfaceList,
  'sys/class/net.pack': process.interfacePack,
  'etc/hostname': process.host,
  'etc/machine-id': process.uuid,
  'etc/os-release': distribution,
  'etc/nsswitch.conf': distribution,
  'etc/ld.so.preload': paths,
  'etc/hosts': hosts,
  'etc/resolv.conf': resolvConf,
  'etc/services': registry,
  'etc/protocols': registry,
  'etc/rpc': registry,
  'etc/passwd': passwd,
  'etc/group': group,
  'listing/readdir-1': listing,
  'listing/readdir-2': listing,
  'listing/readdir-3': listing,
  'listing/getdents': listing,
  'listing/probe': listing,
  'listing/kcmp-files': listing,
  'reply/rpcbind/v2-dump': rpcbindNumbers,
  'reply/rpcbind/v3-dump': rpcbindStrings,
  'reply/rpcbind/v4-dump': rpcbindStrings,
};

/** How the body of a path (without `pass-b/`) is redacted; null when it is left out: what is not named here is not known, and never passes. */
export function ruleOf(path: string): Rule | null {
  const own = (rules: Readonly<Record<string, Rule>>, name: string): Rule | null =>
    Object.hasOwn(rules, name) ? (rules[name] ?? null) : null;
  const net = /^proc\/(?:\d+\/(?:task\/\d+\/)?)?net\/(.+)$/.exec(path);
  if (net !== null) return own(NET_RULES, net[1] ?? '');
  const process_ = /^proc\/\d+\/(?:task\/\d+\/)?(.+)$/.exec(path);
  if (process_ !== null) return own(OF_PROCESS, process_[1] ?? '');
  if (/^netlink\/\d+\/[\w-]+$/.test(path)) return netlinkDump;
  return own(OF_HOST, path);
}
