# First process of a private host: run by `unshare --fork --pid --mount --net --uts --ipc --cgroup bash private-host.sh STAGE ROOT`.
# Makes a root of its own on a tmpfs, with what STAGE holds (links followed) and the machine's /usr read-only, moves into it, and waits there as /srv/bin/init.
set -eu
stage=$1 root=$2
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
cp -rL "$stage"/. "$root"/
cd "$root"
mkdir -p usr proc sys dev tmp run/lock var/tmp home root old
chmod 1777 tmp var/tmp
ln -s usr/bin bin; ln -s usr/sbin sbin; ln -s usr/lib lib
if [ -d /usr/lib64 ]; then ln -s usr/lib64 lib64; fi
mount --bind /usr usr
mount -o remount,bind,ro usr
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm dev/mqueue
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t mqueue mqueue dev/mqueue
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
mknod -m 666 dev/null c 1 3; mknod -m 666 dev/zero c 1 5; mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8; mknod -m 666 dev/urandom c 1 9; mknod -m 666 dev/tty c 5 0
# What the kernel says of the machine itself, covered where the stage brings something else.
if [ -d proc-overlay ]; then
  (cd proc-overlay; find . -type f) | while read -r file; do mount --bind "proc-overlay/$file" "proc/$file"; done
fi
hostname "$(cat etc/hostname)"
ip link set lo up
ip link add eth0 address 02:00:5e:00:53:01 type veth peer name eth1 address 02:00:5e:00:53:02
ip address add 192.0.2.10/24 dev eth0
ip address add 198.51.100.5/24 dev eth1
ip -6 address add 2001:db8::10/64 dev eth0 nodad
ip link set eth0 addrgenmode none
ip link set eth1 addrgenmode none
ip link set eth0 up
ip link set eth1 up
echo '0 2147483647' > proc/sys/net/ipv4/ping_group_range
pivot_root . old
cd /
umount -l /old
rmdir /old
for f in /proc/self/fd/*; do
  n=$(basename "$f")
  if ((n > 2 && n < 255)); then eval "exec $n>&-"; fi
done
exec 0</dev/null 2>/dev/null
exec env -i PATH=/usr/sbin:/usr/bin /srv/bin/init init
