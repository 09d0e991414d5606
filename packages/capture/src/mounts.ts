/**
 * Which file systems may be asked (stat) without a chance to hang on a server that does not answer. Source: fs/proc_namespace.c show_mountinfo.
 * An allow-list: what is not known here is not asked.
 */
export const LOCAL: ReadonlySet<string> = new Set(
  (
    'ext2 ext3 ext4 xfs btrfs f2fs jfs reiserfs nilfs2 bcachefs zfs ufs minix hfs hfsplus vfat msdos exfat ntfs ntfs3 iso9660 udf squashfs erofs ' +
    'romfs cramfs ubifs jffs2 tmpfs ramfs rootfs devtmpfs devpts hugetlbfs mqueue overlay proc sysfs cgroup cgroup2 cpuset debugfs tracefs ' +
    'securityfs selinuxfs smackfs pstore bpf configfs efivarfs fusectl binfmt_misc nsfs'
  ).split(' '),
);

export interface Mount {
  readonly id: number;
  /** MAJOR:MINOR, decimal. */
  readonly dev: string;
  /** Unescaped, latin1. */
  readonly point: string;
  readonly local: boolean;
  /** Inode of the network namespace this mount pins (nsfs `net:[N]`). */
  readonly pinned: string | null;
}

export class MountTable {
  readonly #byId = new Map<number, Mount>();
  readonly #byPoint = new Map<string, Mount[]>();
  /** Paths that were found to be directories and no links. */
  readonly directories: Set<string> = new Set();

  constructor(mountinfo: string) {
    for (const line of mountinfo.split('\n')) {
      const mount = parseMount(line);
      if (mount === undefined) continue;
      this.#byId.set(mount.id, mount);
      this.#byPoint.set(mount.point, [...(this.#byPoint.get(mount.point) ?? []), mount]);
    }
  }

  byId(id: number): Mount | undefined {
    return this.#byId.get(id);
  }

  /** Whether MAJOR:MINOR (decimal) is the device of a local file system mounted here. */
  localDevice(dev: string): boolean {
    for (const mount of this.#byId.values()) if (mount.dev === dev) return mount.local;
    return false;
  }

  all(): Iterable<Mount> {
    return this.#byId.values();
  }

  /** The mount a path lies on by its text: the longest mount point that is a prefix; of several at one place all must be local. */
  localByPath(path: string): boolean {
    for (const point of prefixes(path)) {
      const mounts = this.#byPoint.get(point);
      if (mounts !== undefined) return mounts.every((m) => m.local);
    }
    return false;
  }

  /** Whether a walk along the path meets only local file systems (an autofs point on the way is not one). */
  localAllTheWay(path: string): boolean {
    if (!this.#byPoint.has('/')) return false;
    return prefixes(path).every((point) => (this.#byPoint.get(point) ?? []).every((m) => m.local));
  }
}

/** The path and all its parents, longest first: `/a/b` `/a` `/`. */
export function prefixes(path: string): string[] {
  const out: string[] = [];
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) out.push(path.slice(0, end));
  out.push('/');
  return path === '/' ? ['/'] : out;
}

/** One line of mountinfo: `id parent maj:min root point options [optional…] - type source super`. */
function parseMount(line: string): Mount | undefined {
  const dash = line.indexOf(' - ');
  if (dash < 0) return undefined;
  const [id = '', , dev = '', root = '', point = ''] = line.slice(0, dash).split(' ');
  const [type = ''] = line.slice(dash + 3).split(' ', 1);
  if (!/^\d+$/.test(id) || !/^\d+:\d+$/.test(dev)) return undefined;
  const pinned = type === 'nsfs' ? /^net:\[(\d+)\]$/.exec(root)?.[1] : undefined;
  return { id: Number(id), dev, point: unescapeOctal(point), local: LOCAL.has(type), pinned: pinned ?? null };
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** A link the kernel makes up (`socket:[1]`, `pipe:[1]`, `anon_inode:[eventpoll]`, `net:[1]`): such a file lies on a file system inside the kernel. */
const KERNEL_OBJECT = /^[a-z_]+:/;

/**
 * Whether stat through a descriptor cannot reach a server: the object is the kernel's own, or its mount is in the table and local. A mount that is in no
 * table (memfd, shared anonymous memory, but also a lazily unmounted NFS) is not asked. `mntId` null: a kernel that does not tell it (before 3.15).
 */
export function mayStat(target: string, mntId: number | null, table: MountTable | null, own: MountTable | null): boolean {
  if (target[0] !== '/') return KERNEL_OBJECT.test(target);
  if (mntId === null) return table?.localByPath(target) ?? false;
  return (table?.byId(mntId) ?? own?.byId(mntId))?.local ?? false;
}
