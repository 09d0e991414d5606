/** Words that every distribution has, so that they tell nothing of this host: parts of paths, accounts, units, kernel names. Lower case. */
export const PUBLIC_WORDS: ReadonlySet<string> = new Set(
  `
bin boot dev etc home lib lib32 lib64 libexec local media mnt opt proc root run sbin share snap srv sys tmp usr var cache cgroup crash db lock log mail
spool empty games include src backups shm pts ptmx null zero full random urandom tty console stdin stdout stderr fd fuse kvm net tun tap vhost mem port kmsg
hugepages mqueue hpet rtc loop dm disk mapper block char bus input snd dri bsg cpu pps ptp watchdog
self task stat status maps mounts mountinfo cmdline environ comm exe cwd ns mnt pid user uts ipc time uevent kernel fs class devices virtual pci pci0000 0000
bpf debug debugfs tracefs tracing security securityfs pstore config configfs efi efivars firmware module power
slice scope service socket mount target timer path swap system session init app background
systemd dbus udev journal private resolve resolved networkd logind timesyncd notify bus system_bus_socket stdout stdlog syslog coredump io ask password ask-password
incoming outgoing initctl tcp udp tcp6 udp6 raw raw6 unix netlink packet icmp icmp6 route socket pipe
daemon adm sync shutdown halt lp news uucp operator nobody nogroup man proxy www data www-data backup list irc gnats _apt messagebus sshd postfix avahi polkitd rtkit
colord ntp chrony rpc rpcuser statd nfsnobody tss uuidd tcpdump systemd-network systemd-resolve systemd-timesync systemd-coredump systemd-oom dnsmasq
kmem dialout fax voice cdrom floppy tape sudo audio dip shadow utmp video sasl plugdev staff users input sgx kvm render crontab wheel ssh _ssh netdev
localhost localdomain ip6 ip6-localhost ip6-loopback ip6-allnodes ip6-allrouters ip6-localnet ip6-mcastprefix allnodes allrouters loopback mcastprefix localnet none
overlay overlayfs ext2 ext3 ext4 xfs btrfs zfs vfat tmpfs ramfs rootfs squashfs devtmpfs devpts sysfs cgroup2 hugetlbfs autofs nsfs sockfs pipefs iso9660 nfs nfs4 cifs
binfmt_misc fusectl selinuxfs fuseblk virtiofs 9p fakeowner shiftfs aufs lowerdir upperdir workdir work upper lower merged diff
rw ro nosuid nodev noexec relatime noatime nodiratime strictatime lazytime sync async dirsync shared master propagate_from unbindable mode size nr_inodes inode64
memory_recursiveprot nsdelegate seclabel errors remount-ro continue discard data ordered journal writeback gid uid gid ptmxmode hidepid invisible pagesize xattr
default default_permissions allow_other index xino on off redirect_dir metacopy userxattr volatile nouuid stripe barrier nobarrier delalloc usrjquota
cpuset cpuacct blkio memory freezer net_cls perf_event net_prio hugetlb pids rdma misc unified unconfined enforce complain
heap stack vdso vvar vsyscall vvar_vclock uprobes anon inode deleted eventfd eventpoll inotify fanotify signalfd timerfd userfaultfd io_uring perf_event memfd hugepage
x86_64 aarch64 gnu linux so deleted sh bash dash zsh ld hosts passwd group services protocols nologin false true
`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Trees that packages of the distribution fill: what stands there is named as everywhere. */
export const PACKAGED: RegExp = /^\/(?:usr\/)?(?:bin|sbin|lib|lib32|lib64|libexec)\/|^\/usr\/share\//;

/** Names the kernel and systemd give to interfaces, other than those made of a hardware address (enx…). */
export const INTERFACE: RegExp =
  /^(?:lo|all|default|(?:eth|wlan|wwan|usb|bond|team|br|dummy|ifb|tun|tap|wg|vlan|ib|docker|virbr|vnet|vxlan|macvtap|gre|gretap|erspan|sit|tunl|ip6tnl|ip6gre|ip_vti|ip6_vti|teql|nlmon|vcan|can)\d{0,4}|(?:en|wl|ww)(?:o\d+|[ps]\d+[\dspfnduiv]*)|veth[0-9a-f]{6,8}|br-[0-9a-f]{12})$/;
