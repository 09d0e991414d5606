"""What a redaction must not tell: run as SERVER SCRIPT --password=… in a private host, where planted.sh made addresses, users and places. Says `ready`."""
import ctypes, mmap, os, socket, struct, sys, threading, time

OWN, PEER, LOCAL6 = "203.0.113.77", "198.51.100.222", "2001:db8:feed:beef::77"
kept = []


def tcp(family, address, port):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen()
    client = socket.socket(family)
    client.connect((address, port))
    waiting = socket.socket(family)
    waiting.connect((address, port))
    kept.extend([listener, client, listener.accept()[0], waiting])


def unix(kind, name):
    s = socket.socket(socket.AF_UNIX, kind)
    s.bind(name)
    kept.append(s)
    if kind == socket.SOCK_STREAM:
        s.listen()
        c = socket.socket(socket.AF_UNIX, kind)
        c.connect(name)
        kept.extend([c, s.accept()[0]])


def opened(path, mode="w"):
    file = open(path, mode)
    kept.append(file)
    return file


tcp(socket.AF_INET, OWN, 47111)
tcp(socket.AF_INET6, LOCAL6, 47112)
mapped = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
mapped.bind(("::ffff:" + OWN, 47113))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((OWN, 47114))
udp.connect((PEER, 5353))
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group.setsockopt(0, 32, socket.inet_aton(OWN))  # IP_MULTICAST_IF
group.setsockopt(0, 35, socket.inet_aton("239.77.88.99") + socket.inet_aton(OWN))  # IP_ADD_MEMBERSHIP
group.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"kirschnetz0")
group6 = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
group6.setsockopt(41, 20, socket.inet_pton(socket.AF_INET6, "ff15::7788:99aa") + struct.pack("I", socket.if_nametoindex("kirschnetz0")))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 253)
raw.bind((OWN, 0))
sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
sniffer.bind(("kirschnetz0", 3))
kept.extend([mapped, udp, group, group6, raw, sniffer])
signed = socket.socket()
key = b"johannisbeerkraut"
peer = struct.pack("=HH4s", socket.AF_INET, 0, socket.inet_aton("203.0.113.99")).ljust(128, b"\0")
try:
    signed.setsockopt(socket.IPPROTO_TCP, 14, peer + struct.pack("=BBHi", 0, 0, len(key), 0) + key.ljust(80, b"\0"))  # TCP_MD5SIG
except OSError:
    pass
signed.bind((OWN, 47115))
signed.listen()
kept.append(signed)
unix(socket.SOCK_STREAM, "/run/quitten/pforte.sock")
unix(socket.SOCK_DGRAM, "\0brombeerhecke/drei")
unix(socket.SOCK_SEQPACKET if hasattr(socket, "SOCK_SEQPACKET") else socket.SOCK_DGRAM, "\0himbeerstrauch\0innen")

opened("/home/mirabellus/Pflaumenkuchen Rezept.kdbx")
opened("/home/mirabellus/schlehenwein.txt")
os.unlink("/home/mirabellus/schlehenwein.txt")
opened("/home/mirabellus/q\u00fcttenm\u00fcs-\x1b[31m.txt")
memory = os.memfd_create("stachelbeerplan")
os.ftruncate(memory, 4096)
kept.append(mmap.mmap(memory, 4096))
shared = opened("/dev/shm/brombeerkorb", "w+b")
shared.truncate(4096)
kept.append(mmap.mmap(shared.fileno(), 4096))
os.mkfifo("/run/quitten/sauerrohr")
kept.append(os.open("/run/quitten/sauerrohr", os.O_RDWR))
os.chdir("/home/mirabellus/geheimakte")

libc = ctypes.CDLL(None)


def thread():
    libc.prctl(15, b"weissdornbusch")
    time.sleep(3600)


threading.Thread(target=thread, daemon=True).start()
time.sleep(0.2)
libc.prctl(15, b"mispelmaus")
# The network administrator's own child: another user, a name that is an account.
if os.fork() == 0:
    libc.prctl(15, b"mirabellus")
    os.setgroups([])
    os.setgid(4712)
    os.setuid(4712)
    time.sleep(3600)
print("ready", flush=True)
sys.stdin.read()
