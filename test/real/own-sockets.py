"""Sockets with unusual options, and what they say of themselves: one JSON line each, then `ready`. On SIGUSR1 it writes what reading could have changed."""
import json, os, signal, socket, struct, subprocess, sys, time

OPTIONS = {
    "SOL_SOCKET": {n: getattr(socket, n) for n in ("SO_KEEPALIVE", "SO_REUSEADDR", "SO_REUSEPORT", "SO_SNDBUF", "SO_RCVBUF", "SO_LINGER", "SO_BROADCAST", "SO_OOBINLINE",
        "SO_PRIORITY", "SO_MARK", "SO_TYPE", "SO_DOMAIN", "SO_PROTOCOL", "SO_ACCEPTCONN", "SO_PASSCRED", "SO_PEERCRED", "SO_RCVLOWAT", "SO_RCVTIMEO", "SO_SNDTIMEO", "SO_BINDTODEVICE", "SO_INCOMING_CPU")},
    "IPPROTO_TCP": {n: getattr(socket, n) for n in ("TCP_NODELAY", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT", "TCP_DEFER_ACCEPT", "TCP_CONGESTION", "TCP_CORK", "TCP_MAXSEG")},
    "IPPROTO_IP": {"IP_TOS": 1, "IP_TTL": 2, "IP_MTU_DISCOVER": 10, "IP_FREEBIND": 15},
    "IPPROTO_IPV6": {"IPV6_V6ONLY": 26, "IPV6_UNICAST_HOPS": 16, "IPV6_TCLASS": 67},
}
NUMBER = {"SOL_SOCKET": 1, "IPPROTO_TCP": 6, "IPPROTO_IP": 0, "IPPROTO_IPV6": 41}


def values(s):
    found = {}
    for level, options in OPTIONS.items():
        for name, number in options.items():
            try:
                found[f"{level}/{name}"] = s.getsockopt(NUMBER[level], number, 64).hex()
            except OSError:
                pass
    return found


def end(ask):
    try:
        return repr(ask())
    except OSError:
        return None


def say(what, s):
    names = {"local": end(s.getsockname), "peer": end(s.getpeername)}
    print(json.dumps({"what": what, "fd": s.fileno(), "inode": os.fstat(s.fileno()).st_ino, "values": values(s), **names}), flush=True)


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 33333)
listener.setsockopt(socket.IPPROTO_TCP, 27, 1)  # TCP_SAVE_SYN
listener.bind(("127.0.0.1", 0))
listener.listen(7)
client = socket.socket()
client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 7))
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 77)
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
client.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0x10)
client.connect(listener.getsockname())
server, _ = listener.accept()
udp6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
udp6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
udp6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, 0x20)
udp6.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
udp6.bind(("::1", 0))
pair, other = socket.socketpair()
pair.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
pair.settimeout(None)
pair.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 5, 0))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
# In no table: bound, and neither listening nor connected.
bound = socket.socket()
bound.bind(("127.0.0.1", 0))
bound.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
waiting = socket.socket(socket.AF_UNIX)
waiting.bind("\0own sockets")
waiting.listen(3)
CONNECT = 'import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect("\\0own sockets"); sys.stdin.read()'
stranger = subprocess.Popen([sys.executable, "-c", CONNECT], stdin=subprocess.PIPE)
accepted, _ = waiting.accept()
# An error waits at this one: nobody listens where it sends to.
refused = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
refused.connect(("127.0.0.1", 9))
refused.send(b"x")
time.sleep(0.2)


def tell(*_):
    error = refused.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    syn = len(server.getsockopt(socket.IPPROTO_TCP, 28, 256))  # TCP_SAVED_SYN
    packets = struct.unpack("II", sniffer.getsockopt(263, 6, 8))[0]  # PACKET_STATISTICS
    with open("/tmp/kept.new", "w") as out:
        json.dump({"error": error, "syn": syn, "packets": packets}, out)
    os.rename("/tmp/kept.new", "/tmp/kept.json")


signal.signal(signal.SIGUSR1, tell)
for what in ("listener", "client", "server", "udp6", "pair", "raw", "sniffer", "refused", "bound", "waiting", "accepted"):
    say(what, globals()[what])
print(json.dumps({"what": "self", "pid": os.getpid(), "stranger": stranger.pid}), flush=True)
print("ready", flush=True)
while True:
    if not os.read(0, 1):
        sys.exit(0)
