"""Makes one kernel object of each kind lsof has a row for, says so on standard output, and waits for the end of standard input."""

import ctypes
import fcntl
import json
import mmap
import os
import select
import socket
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)
where = os.path.realpath(sys.argv[1])
kept = []
told = {}


def tell(name, fd):
    told[name] = fd
    return fd


def path(name):
    return os.path.join(where, name)


def opened(name, flags=os.O_RDWR | os.O_CREAT, mode=0o644):
    return tell(name, os.open(path(name), flags, mode))


def attempt(name, make):
    """Objects that some kernels do not have: told only when they exist."""
    try:
        kept.append(make())
    except OSError as e:
        told.setdefault('missing', {})[name] = str(e)
    else:
        told[name] = kept[-1].fileno() if hasattr(kept[-1], 'fileno') else kept[-1]


def files():
    fd = opened('rw.txt')
    os.write(fd, b'0123456789' * 10)
    os.lseek(fd, 42, os.SEEK_SET)
    opened('rw.txt', os.O_RDONLY)
    opened('append', os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    big = opened('big')
    os.ftruncate(big, 5_000_000_000)
    os.lseek(big, 4_000_000_000, os.SEEK_SET)
    os.write(opened('gone'), b'gone')
    os.unlink(path('gone'))
    opened('called (deleted)')
    opened('two\nlines\tand \x1b[31mred')
    opened('caf\u00e9 \u4e2d\u6587')
    tell('bytes', os.open(os.path.join(where.encode(), b'bad\xff\x80\\name'), os.O_RDWR | os.O_CREAT))
    opened('linked')
    os.link(path('linked'), path('other-name'))
    attempt('tmpfile', lambda: os.open(where, os.O_TMPFILE | os.O_RDWR, 0o600))
    tell('dir', os.open(where, os.O_RDONLY | os.O_DIRECTORY))
    tell('opath', os.open(where, os.O_PATH))
    os.mkfifo(path('fifo'))
    tell('fifo', os.open(path('fifo'), os.O_RDWR))
    tell('null', os.open('/dev/null', os.O_RDWR))
    opened('dsync', os.O_RDWR | os.O_CREAT | os.O_DSYNC | os.O_NONBLOCK | os.O_NOATIME)


def locks():
    fcntl.flock(opened('flock'), fcntl.LOCK_EX)
    fcntl.flock(opened('flock-read', os.O_RDONLY | os.O_CREAT), fcntl.LOCK_SH)
    fcntl.lockf(opened('part-write'), fcntl.LOCK_EX, 10, 5)
    fcntl.lockf(opened('part-read'), fcntl.LOCK_SH, 10, 5)
    fcntl.lockf(opened('whole-read'), fcntl.LOCK_SH)


def kernel_objects():
    told['pipe'] = os.pipe()
    attempt('eventfd', lambda: os.eventfd(7))
    first = told.get('eventfd')
    if first is not None:
        tell('eventfd-twin', os.dup(first))
    ep = select.epoll()
    kept.append(ep)
    for fd in [told['pipe'][0]] + ([first] if first is not None else []):
        ep.register(fd)
    tell('epoll', ep.fileno())
    tell('timerfd', libc.timerfd_create(1, 0))
    mask = ctypes.create_string_buffer(128)
    tell('signalfd', libc.signalfd(-1, mask, 0))
    tell('inotify', libc.inotify_init1(0))
    attempt('pidfd', lambda: os.pidfd_open(os.getpid()))
    told['pty'] = os.openpty()
    tell('net-ns', os.open('/proc/self/ns/net', os.O_RDONLY))


def memfd():
    attempt('memfd', lambda: os.memfd_create('my mem'))


def inet_sockets():
    def keep(name, s):
        kept.append(s)
        tell(name, s.fileno())
        return s

    def bound(name, family, kind, address):
        s = keep(name, socket.socket(family, kind))
        s.bind(address)
        return s

    lis = bound('tcp-listen', socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', 0))
    lis.listen(5)
    told['port'] = lis.getsockname()[1]
    keep('tcp-client', socket.create_connection(lis.getsockname())).send(b'x' * 37)
    keep('tcp-server', lis.accept()[0])
    half = keep('tcp-close-wait', socket.create_connection(lis.getsockname()))
    lis.accept()[0].close()
    keep('tcp-queued', socket.create_connection(lis.getsockname()))
    keep('tcp-unbound', socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    bound('tcp-bound', socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', 0))
    lis6 = bound('tcp6-listen', socket.AF_INET6, socket.SOCK_STREAM, ('::', 0))
    lis6.listen(1)
    told['port6'] = lis6.getsockname()[1]
    keep('tcp6-client', socket.create_connection(('::1', told['port6'])))
    keep('tcp6-server', lis6.accept()[0])
    keep('mapped-client', socket.create_connection(('127.0.0.1', told['port6'])))
    keep('mapped-server', lis6.accept()[0])
    udp = bound('udp', socket.AF_INET, socket.SOCK_DGRAM, ('127.0.0.1', 0))
    told['udp-port'] = udp.getsockname()[1]
    keep('udp-connected', socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).connect(udp.getsockname())
    bound('udp-any', socket.AF_INET, socket.SOCK_DGRAM, ('0.0.0.0', 0))
    bound('udp6', socket.AF_INET6, socket.SOCK_DGRAM, ('::1', 0))
    attempt('udplite', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136))
    if 'udplite' in told:
        kept[-1].bind(('127.0.0.1', 0))
    attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
    attempt('raw6', lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58))


def other_sockets():
    def keep(name, s):
        kept.append(s)
        tell(name, s.fileno())
        return s

    lis = keep('unix-listen', socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    lis.bind(path('st.sock'))
    lis.listen(3)
    client = keep('unix-client', socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    client.connect(path('st.sock'))
    keep('unix-server', lis.accept()[0])
    keep('unix-queued', socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)).connect(path('st.sock'))
    for s in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM):
        keep('unix-pair', s)
    keep('unix-abstract', socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)).bind('\0coldstat-%d' % os.getpid())
    keep('unix-dgram', socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)).bind(path('dg.sock'))
    for name, protocol in (('route', 0), ('uevent', 15), ('generic', 16)):
        attempt(name, lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol))
        kept[-1].bind((0, 0))
    attempt('netlink-unbound', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    attempt('packet', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)))
    attempt('packet-dgram', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)))


def shared():
    """Ends that two processes hold, and unix sockets with several others at their other end."""
    def unix(kind, name=None):
        s = socket.socket(socket.AF_UNIX, kind)
        kept.append(s)
        if name is not None:
            s.bind(name)
        return s

    STREAM, DGRAM, SEQPACKET = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET
    kept.append(socket.socketpair(socket.AF_UNIX, STREAM))
    lis = unix(STREAM, path('wait.sock'))
    lis.listen(5)
    unix(STREAM).connect(path('wait.sock'))
    kept.append(lis.accept()[0])
    for _ in range(3):
        unix(STREAM).connect(path('wait.sock'))
    log = unix(DGRAM, path('log.sock'))
    for _ in range(4):
        unix(DGRAM).connect(path('log.sock'))
    chain = [unix(DGRAM, '\0chain-%d-%d' % (os.getpid(), n)) for n in range(3)]
    for n in (0, 1):
        chain[n].connect(chain[n + 1].getsockname())
    seq = unix(SEQPACKET, '\0seq-%d' % os.getpid())
    seq.listen(2)
    unix(SEQPACKET).connect(seq.getsockname())
    kept.append(seq.accept()[0])
    tcp = socket.create_server(('127.0.0.1', 0))
    kept.extend((tcp, socket.create_connection(tcp.getsockname()), tcp.accept()[0]))
    attempt('vsock', lambda: socket.socket(socket.AF_VSOCK, STREAM))
    kept.append(socket.socket(socket.AF_INET, STREAM))
    kept.append(os.pipe())
    attempt('eventfd', lambda: os.eventfd(7))
    parent = os.getpid()
    told['child'] = os.fork()
    if told['child'] == 0:
        libc.prctl(1, 9, 0, 0, 0)
        while os.getppid() == parent:
            threading.Event().wait(600)
        os._exit(0)


def mappings():
    fd = os.open(path('mapped'), os.O_RDWR | os.O_CREAT)
    os.write(fd, b'm' * 8192)
    kept.append(mmap.mmap(fd, 8192))
    os.close(fd)
    fd = os.open(path('mapped gone'), os.O_RDWR | os.O_CREAT)
    os.write(fd, b'm' * 4096)
    kept.append(mmap.mmap(fd, 4096))
    os.close(fd)
    os.unlink(path('mapped gone'))


def threads(stop):
    def worker(name, own):
        libc.prctl(15, name.encode(), 0, 0, 0)
        if own:
            libc.unshare(0x400)
            os.close(told['null'])
            os.open(path('rw.txt'), os.O_RDONLY)
        ready.wait()
        stop.wait()

    ready = threading.Barrier(3)
    for name, own in (('worker-1', False), ('io thread', True)):
        threading.Thread(target=worker, args=(name, own), daemon=True).start()
    ready.wait()


os.chdir(where)
kinds = set(sys.argv[2].split(',')) if len(sys.argv) > 2 else {'files', 'locks', 'kernel_objects', 'inet_sockets', 'other_sockets', 'mappings'}
if len(sys.argv) > 3:
    libc.prctl(15, sys.argv[3].encode(), 0, 0, 0)
stop = threading.Event()
for step in (files, locks, kernel_objects, inet_sockets, other_sockets, mappings, memfd, shared):
    if step.__name__ in kinds:
        step()
if 'threads' in kinds:
    threads(stop)
if len(sys.argv) > 4:
    os.setuid(int(sys.argv[4]))
told['pid'] = os.getpid()
print(json.dumps(told), flush=True)
sys.stdin.read()
