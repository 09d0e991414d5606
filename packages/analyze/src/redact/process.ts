import { formatFrame, formatListLine, type PackFrame, parseListLine, parsePack } from '@coldstat/capture/archive';
import { byLine, type Context, KERNEL_WORDS, kept, type Line, NUMBERS, type Rule } from './lines.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The name stands between the first and the last parenthesis, and may hold any byte. */
export const stat: Rule = (body, { names }) => {
  const text = body.toString('latin1');
  const m = /^(\d+ \()(.*)(\) [A-Za-z] [-\d ]*\n?)$/s.exec(text);
  return m && latin1((m[1] ?? '') + names.comm(m[2] ?? '') + (m[3] ?? ''));
};

export const comm: Rule = (body, { names }) => {
  const text = body.toString('latin1');
  const end = text.endsWith('\n') ? -1 : undefined;
  return latin1(names.comm(text.slice(0, end)) + (end === undefined ? '' : '\n'));
};

/** `Name` is the only value that somebody on the host chose; newlines and backslashes in it are escaped (proc_task_name in fs/proc/array.c), and in `stat` not. */
export const status: Rule = byLine((line, { names }) => {
  if (line.startsWith('Name:\t')) {
    const plain = line.slice(6).replace(/\\([n\\])/g, (_, c: string) => (c === 'n' ? '\n' : c));
    return `Name:\t${names.comm(plain).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`;
  }
  return /^\w+:[\t ][\w\t ,:()/-]*$/.test(line) && !names.identifies(line.replace(/^\w+:/, '')) ? line : null;
});

/** As many arguments as there were, each as long; the first one is a path where it is one. */
export const cmdline: Rule = (body, { names }) => {
  const args = body.toString('latin1').split('\0');
  return latin1(args.map((arg, i) => (i === 0 && arg.startsWith('/') ? names.path(arg) : hidden(arg, names.opaque(arg)))).join('\0'));
};

/** Blanks and newlines stay, so that what a command line looks like stays. */
function hidden(arg: string, by: string): string {
  return arg.replace(/[^ \n]/g, (_, at: number) => by[at] ?? 'x');
}

/** Arguments of the kernel, one after a blank. */
export const kernelCmdline: Rule = (body, { names }) => {
  return latin1(body.toString('latin1').replace(/[^ \n]+/g, (word) => names.opaque(word)));
};

export const cgroup: Rule = byLine((line, { names }) => {
  const m = /^(\d+:[\w,=]*:)(\/.*)$/.exec(line);
  if (m === null) return null;
  const [controllers = '', path = ''] = m.slice(1);
  const id = /^(.*name=)(\w+)(:)$/.exec(controllers);
  return (id === null ? controllers : (id[1] ?? '') + names.text(id[2] ?? '') + (id[3] ?? '')) + names.text(path);
});

export const limits: Rule = byLine(kept(/^[A-Za-z ]+[\w ]*$/));
export const number: Rule = byLine(kept(NUMBERS));
export const symbol: Rule = byLine(kept(/^[\w.]*$/));
export const label: Rule = (body, { names }) => latin1(names.path(body.toString('latin1')));

export const maps: Rule = byLine((line, { names }) => {
  const m = /^([0-9a-f]+-[0-9a-f]+ [rwxps-]{4} [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ *)(\S.*)?$/.exec(line);
  return m && (m[1] ?? '') + names.path(m[2] ?? '');
});

/** Mount options: what is set to a number stays, and what every system has. */
function options(text: string, { names }: Context): string {
  return names.text(text);
}

export const mountinfo: Rule = byLine((line, context) => {
  const { names } = context;
  const m = /^(\d+ \d+ \d+:\d+) (\S+) (\S+) (\S+)((?: [a-z_]+(?::\d+)?)*) - (\S+) (\S*) (\S+)$/.exec(line);
  if (m === null) return null;
  const [, ids, root = '', at = '', flags = '', shared, type = '', source = '', more = ''] = m;
  const kind = names.text(type);
  return `${ids} ${names.path(root)} ${names.path(at)} ${options(flags, context)}${shared} - ${kind} ${names.path(source)} ${options(more, context)}`;
});

export const mounts: Rule = byLine((line, context) => {
  const { names } = context;
  const m = /^(\S*) (\S+) (\S+) (\S+) (\d+ \d+)$/.exec(line);
  if (m === null) return null;
  const [, source = '', at = '', type = '', flags = '', rest] = m;
  return `${names.path(source)} ${names.path(at)} ${names.text(type)} ${options(flags, context)} ${rest}`;
});

/** `fd.list`, `links.list`, `mapped.list`: what a link is called is a number or a word of the kernel. */
const link: Line = (line, { names }) => {
  const parsed = parseListLine(line);
  if (typeof parsed === 'string' || !/^[\w:./]+$/.test(parsed.name)) return null;
  const target = typeof parsed.target === 'string' ? names.path(parsed.target) : parsed.target;
  return formatListLine({ ...parsed, target }).slice(0, -1);
};
export const list: Rule = byLine(link);

/** `sys/class/net.list`: the links are called as the interfaces. */
export const interfaceList: Rule = byLine((line, { names }) => {
  const parsed = parseListLine(line);
  if (typeof parsed === 'string') return null;
  const name = parsed.name === '.' ? '.' : names.interface(parsed.name);
  const target = typeof parsed.target === 'string' ? interfacePath(parsed.target, names) : parsed.target;
  return formatListLine({ ...parsed, name, target }).slice(0, -1);
});

/** `sys/fs/cgroup.list`: directories, called as in the files that name them. */
export const cgroupList: Rule = byLine((line, { names }) => {
  const parsed = parseListLine(line);
  return typeof parsed === 'string' || parsed.target !== null
    ? null
    : formatListLine({ ...parsed, name: names.text(parsed.name) }).slice(0, -1);
});

function interfacePath(target: string, names: Context['names']): string {
  const [, head = '', name = ''] = /^(.*\/)?([^/]*)$/s.exec(target) ?? [];
  return names.text(head) + names.interface(name);
}

/** A pack by one rule a frame; a frame whose rule gives nothing is left out. `rename` gives the name it bears then. */
export function pack(rule: (name: string) => Rule | null, rename: (name: string, context: Context) => string = (name) => name): Rule {
  return (body, context, path) => {
    const { frames, error } = parsePack(body);
    const out: Buffer[] = [];
    for (const { frame } of frames) {
      const made = framed(frame, rule, context, path);
      if (made !== null) out.push(formatFrame({ ...made, name: rename(made.name, context) }));
    }
    // What cannot be told into frames stays something that cannot, and nothing of it passes.
    if (error !== null) out.push(latin1('x\n'));
    return Buffer.concat(out);
  };
}

function framed(frame: PackFrame, rule: (name: string) => Rule | null, context: Context, path: string): PackFrame | null {
  const how = /^[\x21-\x7e]+$/.test(frame.name) ? rule(frame.name) : null;
  if (how === null) return null;
  if ('errno' in frame) return frame;
  const body = how(frame.body, context, path);
  return body === null ? null : { ...frame, body };
}

const THREAD: Readonly<Record<string, Rule>> = { stat, status, comm, fd: symbolWords, ns: symbolWords };

/** `same`, `same 12`, `not-compared`. */
function symbolWords(body: Buffer): Buffer | null {
  return /^(?:same(?: \d+)?|not-compared)\n?$/.test(body.toString('latin1')) ? body : null;
}

export const taskPack: Rule = pack((name) => THREAD[/^\d+\/(\w+)$/.exec(name)?.[1] ?? ''] ?? null);
export const statPack: Rule = pack((name) => (/^\d+\/stat$/.test(name) ? stat : null));

/** fdinfo: numbers stay; any other value is hidden. */
const fdinfo: Rule = byLine((line, { names }) => {
  // The files an io_uring holds (io_uring/fdinfo.c): number and path.
  const held = /^( *\d+: )(.*)$/.exec(line);
  if (held !== null) return (held[1] ?? '') + names.path(held[2] ?? '');
  const m = /^([\w ()-]+:)([\s\S]*)$/.exec(line);
  if (m === null) return /^(?:inotify|fanotify|tfd|lock) [\w\s:.-]*$/.test(line) && !names.identifies(line) ? line : null;
  const [, key = '', value = ''] = m;
  if (names.identifies(key)) return null;
  const plain =
    NUMBERS.test(value) ||
    (/^[\w\s:.-]*$/.test(value) && /^(?:inotify|fanotify|tfd|lock|clockid|it_value|it_interval|eventfd-\w+|NAPI|napi)/.test(key));
  return plain && !names.identifies(value) ? line : key + value.replace(/\S+/g, (word) => names.opaque(word));
});
export const fdinfoPack: Rule = pack((name) => (/^\d+$/.test(name) ? fdinfo : null));

/** Hashes of executables: they tell which file it is to whoever has that file. */
export const hashPack: Rule = pack((name) => (/^\d+(?::\d+:\d+)?$/.test(name) ? byLine(kept(/^[0-9a-f]{64} \d+(?: truncated)?$/)) : null));

/** Numbers of processes, one a line or after a blank. */
export const childrenPack: Rule = pack((name) => (/^\d+\/\d+$/.test(name) ? number : null));
export const cgroupPack: Rule = pack(
  () => number,
  (name, { names }) => names.text(name),
);

const plain: Rule = byLine(kept(KERNEL_WORDS));
const host: Rule = byLine((line, { names }) => names.host(line));
const uuid: Rule = byLine((line, { names }) => (/^[0-9a-f-]{32,36}$/.test(line) ? names.hexDigits(line) : line === '' ? '' : null));

export const sysPack: Rule = pack((name) => {
  if (/^kernel\/(?:hostname|domainname)$/.test(name)) return host;
  if (name === 'kernel/random/boot_id') return uuid;
  return /^(?:kernel|net|fs)\/[\w/-]+$/.test(name) ? plain : null;
});

const hardware: Rule = byLine((line, { names }) => {
  if (line === '' || !/^(?:[0-9a-f]{2}:)*[0-9a-f]{2}$/.test(line)) return line === '' ? '' : null;
  return (
    names.addresses
      .hardware(latin1(Buffer.from(line.replaceAll(':', ''), 'hex').toString('latin1')))
      .toString('hex')
      .match(/../g) ?? []
  ).join(':');
});
export const interfacePack: Rule = pack(
  (name) =>
    name.endsWith('/address')
      ? hardware
      : /\/(?:mtu|flags|ifindex|operstate|type|tx_queue_len)$/.test(name)
        ? byLine(kept(/^[\w-]*$/))
        : null,
  (name, { names }) => {
    const [, device = '', file = ''] = /^(.*)\/([^/]*)$/.exec(name) ?? [];
    return `${names.interface(device)}/${file}`;
  },
);

export { host, uuid };
