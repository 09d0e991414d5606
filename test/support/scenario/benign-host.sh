# Turns a private host into one on which nothing is wrong: ordinary daemons from their packages, people logged in, a browser, a container. Run inside; leaves the
# programs behind, and `up` as the last word in /var/log/benign.log when all of them are.
set -eu
mkdir -p /var/log
cd /
# Nothing of the caller stays open in what is left behind.
exec > /var/log/benign.log 2>&1
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
cat >> /etc/passwd <<'END'
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
redis:x:102:102::/var/lib/redis:/usr/sbin/nologin
_rpc:x:103:65534::/run/rpcbind:/usr/sbin/nologin
messagebus:x:104:104::/nonexistent:/usr/sbin/nologin
anna:x:1000:1000:Anna:/home/anna:/bin/bash
END
printf 'www-data:x:33:\nredis:x:102:\nmessagebus:x:104:\nanna:x:1000:\ncrontab:x:105:\nadm:x:4:\n' >> /etc/group
mkdir -p /run/sshd /run/dbus /run/rpcbind /run/lock /var/log/nginx /var/lib/nginx /var/lib/redis /var/www/html /var/spool/cron/crontabs /var/spool/rsyslog /home/anna /root/.ssh /etc/ssh /etc/nginx
[ -e /var/run ] || ln -s /run /var/run
chown -R www-data /var/www /var/log/nginx /var/lib/nginx
chown redis:redis /var/lib/redis
chown anna:anna /home/anna
chown messagebus /run/dbus
chmod 700 /root /root/.ssh
# A terminal, a log and a working directory are what a service manager would give them.
daemon() {
  local log=/var/log/$1.log user=$2
  shift 2
  { exec setsid setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups "$@" < /dev/null > "$log" 2>&1; } &
}
until_there() { for _ in $(seq 200); do if eval "$1"; then return 0; fi; sleep 0.1; done; echo "never: $1" >&2; exit 1; }

# --- daemons
ssh-keygen -A > /dev/null
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
printf 'UsePAM no\nSubsystem sftp /usr/lib/openssh/sftp-server\n' > /etc/ssh/sshd_config
/usr/sbin/sshd
printf 'module(load="imuxsock" SysSock.Name="/dev/log")\n*.* /var/log/syslog\n' > /etc/rsyslog.conf
daemon rsyslogd root rsyslogd -n -iNONE -f /etc/rsyslog.conf
printf 'SHELL=/bin/sh\n* * * * * root sleep 70\n' > /etc/crontab
cron
printf '%s\n' 'udp tpi_clts v inet udp - -' 'tcp tpi_cots_ord v inet tcp - -' 'udp6 tpi_clts v inet6 udp - -' 'tcp6 tpi_cots_ord v inet6 tcp - -' 'local tpi_cots_ord - loopback - - -' > /etc/netconfig
printf 'sunrpc 111/tcp portmapper\nsunrpc 111/udp portmapper\n' >> /etc/services
daemon rpcbind root rpcbind -f -w
cat > /etc/nginx/nginx.conf <<'END'
user www-data;
pid /run/nginx.pid;
events { }
http { server { listen 80; listen [::]:80; root /var/www/html; location /app/ { proxy_pass http://127.0.0.1:8000/; } } }
END
nginx
daemon redis redis redis-server --dir /var/lib/redis --bind 127.0.0.1
daemon app www-data python3 -m http.server --directory /var/www/html --bind 127.0.0.1 8000
daemon dbus root dbus-daemon --system --nofork --nopidfile

# --- people: a shell on a terminal, a command over ssh, a copy, one in tmux's place
ssh="ssh -i /root/.ssh/id_ed25519 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/root/.ssh/known_hosts -o LogLevel=ERROR"
until_there 'ss -Hltn "sport = :22" | grep -q .'
(setsid sleep 900 | setsid $ssh -tt root@127.0.0.1 > /var/log/terminal.log 2>&1 &)
(setsid $ssh root@127.0.0.1 'tail -f /var/log/nginx/access.log' < /dev/null > /var/log/tail.log 2>&1 &)
(setsid sleep 900 | setsid $ssh root@127.0.0.1 'sh -s' > /var/log/script.log 2>&1 &)
mkdir /tmp/build-1
(cd /tmp/build-1 && exec setsid setpriv --reuid anna --regid anna --clear-groups bash -c 'tail -f /dev/null; true' < /dev/null > /var/log/build.log 2>&1) &

# --- a browser
mkdir -p /etc/chromium.d
: > /etc/chromium.d/none
daemon chromium anna env HOME=/home/anna chromium --headless --disable-gpu --user-data-dir=/home/anna/.config/chromium --remote-debugging-port=9222 about:blank

# --- a container: the shim outside, a root of layers and namespaces of its own inside
id=4f5e8d1c2b3a49586776859403122130f4e5d6c7b8a99aabbccddeeff0011223
mount -t tmpfs tmpfs /usr/local/sbin
cp "$(readlink -f /usr/bin/python3)" /usr/local/sbin/containerd-shim-runc-v2
bundle=/run/containerd/io.containerd.runtime.v2.task/moby/$id
mkdir -p "$bundle/rootfs" /var/lib/docker
mount -t tmpfs tmpfs /var/lib/docker
mkdir -p /var/lib/docker/overlay2/{lower,upper,work}
(cd /var/lib/docker/overlay2/lower && mkdir -p usr proc tmp app dev etc && ln -s usr/bin bin && ln -s usr/lib lib && ln -s usr/lib64 lib64 && cp /usr/bin/sleep app/server && cp "$(command -v dash)" app/sh)
cat > "$bundle/init.sh" <<'END'
set -e
mount --make-rprivate /
mount -t overlay overlay -o lowerdir=/var/lib/docker/overlay2/lower,upperdir=/var/lib/docker/overlay2/upper,workdir=/var/lib/docker/overlay2/work rootfs
mount --bind /usr rootfs/usr
mount -t tmpfs tmpfs rootfs/dev
mount -t proc proc rootfs/proc
mknod -m 666 rootfs/dev/null c 1 3
for f in kcore keys timer_list; do if [ -e rootfs/proc/$f ]; then mount --bind /dev/null rootfs/proc/$f; fi; done
hostname container
ip link set lo up
cd rootfs
pivot_root . .
umount -l .
cd /
exec /app/sh -c '/app/server 900 & /usr/bin/python3 -m http.server 8080 & wait'
END
cat > /usr/local/sbin/shim.py <<'END'
import ctypes, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
subprocess.run(["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "setpriv", "--bounding-set", "+all", "sh", "init.sh"])
END
(cd "$bundle" && exec setsid /usr/local/sbin/containerd-shim-runc-v2 /usr/local/sbin/shim.py -namespace moby -id $id < /dev/null > /var/log/shim.log 2>&1) &

for port in 22 80 111 6379 8000 9222; do until_there "ss -Hltn 'sport = :$port' | grep -q ."; done
until_there 'pgrep -f /app/server > /dev/null'
until_there '[ "$(pgrep -c chromium)" -ge 5 ]'
until_there 'ps -eo tty,comm | grep -q "pts.*sh"'
# What they do when they start is over, and the browser has forked what it forks.
sleep 2
echo up
