import { INTERPRETER } from './command-lines.ts';
import type { Mark, Weight } from './kinds.ts';
import { baseName, type ProcessRow, textOf } from './process-rows.ts';

/** Daemons that are worth to be taken for, and other base names their executables bear. */
export const DAEMONS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['sshd', ['sshd-session', 'sshd-auth']],
  ['systemd', []],
  ['systemd-journald', []],
  ['systemd-journal', ['systemd-journald']],
  ['systemd-udevd', ['udevadm']],
  ['systemd-logind', []],
  ['systemd-resolved', []],
  ['systemd-resolve', ['systemd-resolved']],
  ['systemd-network', ['systemd-networkd']],
  ['systemd-timesyn', ['systemd-timesyncd']],
  ['dbus-daemon', ['dbus-broker']],
  ['dbus-broker', []],
  ['cron', ['crond']],
  ['crond', ['cron']],
  ['atd', []],
  ['rsyslogd', []],
  ['syslogd', ['rsyslogd', 'syslog-ng']],
  ['auditd', []],
  ['chronyd', []],
  ['ntpd', []],
  ['polkitd', []],
  ['NetworkManager', []],
  ['wpa_supplicant', []],
  ['dhclient', []],
  ['agetty', ['getty']],
  ['dockerd', []],
  ['containerd', []],
  ['containerd-shim', ['containerd-shim-runc-v2']],
  ['snapd', []],
  ['cupsd', []],
  ['avahi-daemon', []],
  ['irqbalance', []],
  ['nginx', ['openresty', 'tengine']],
  ['apache2', ['httpd']],
  ['httpd', ['apache2']],
  ['postgres', ['edb-postgres', 'postmaster']],
  ['mysqld', ['mariadbd']],
  ['mariadbd', ['mysqld']],
  ['redis-server', ['valkey-server', 'redis-check-rdb']],
  ['named', []],
  ['dnsmasq', []],
  ['sendmail', ['exim4', 'msmtp', 'postfix']],
  ['exim4', []],
  ['smbd', []],
  ['rpcbind', []],
]);

const SYSTEM = /^\/(?:usr\/|local\/|usr\/local\/)?(?:s?bin|lib(?:exec|32|64)?)\/|^\/(?:opt|snap|nix\/store|gnu\/store)\//;
const MULTI_CALL = /^(?:busybox|toybox)/;

/** A process that bears the name of a daemon and is another program, or that program in an unlikely place. */
export function* daemonMarks(p: ProcessRow): Generator<Mark> {
  if (p.path === null || p.kernel_thread === 1 || p.vanished === 1) return;
  const claim = [p.name, p.arg0].find((name) => DAEMONS.has(claimed(textOf(name))));
  if (claim === undefined) return;
  const name = claimed(textOf(claim));
  const judged = judge(name, baseName(p.path), SYSTEM.test(textOf(p.path)));
  if (judged === null) return;
  const also = p.cmdline === null ? [] : [p.cmdline];
  yield { kind: 'daemon-elsewhere', about: 'processes', pid: p.pid, claim, finding: p.path, at: p.stat, also, ...judged };
}

/** `sshd: user@pts/0` and `/usr/sbin/sshd` claim to be sshd. */
function claimed(name: string): string {
  return (/^[^: ]*/.exec(name.slice(name.startsWith('/') ? name.lastIndexOf('/') + 1 : 0))?.[0] ?? '').replace(/^-/, '');
}

function judge(name: string, exe: string, inSystem: boolean): { weight: Weight; reason: string } | null {
  if (MULTI_CALL.test(exe)) return null;
  if (exe !== name && !exe.startsWith(`${name}-`) && !exe.startsWith(`${name}.`) && !(DAEMONS.get(name) ?? []).includes(exe)) {
    const weight = INTERPRETER.test(exe) ? 'weak' : 'strong';
    return { weight, reason: 'It bears the name of a well-known daemon, and its executable is another program.' };
  }
  if (inSystem) return null;
  return {
    weight: 'weak',
    reason: 'It bears the name of a well-known daemon, and its executable is not where the system keeps its programs.',
  };
}
