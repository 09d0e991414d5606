"""A host as textbooks show it: ssh with a shared connection, mail, web, downloads, RPC, time, each held by a program of that name.

textbook-host.py            starts everything, says "ready" and stays until standard input ends
textbook-host.py ROLE …     is one of the programs; its executable is a link of the interpreter under the program's name
"""
import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import time

HERE = "192.0.2.10"
libc = ctypes.CDLL(None, use_errno=True)


def need(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "system call")


def mortal():
    libc.prctl(1, signal.SIGKILL)


def stay():
    print("ready", flush=True)
    while True:
        signal.pause()


def become(uid):
    os.setgid(uid)
    os.setuid(uid)
    mortal()


def tcp(host, port, family=socket.AF_INET):
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((host, port))
    s.listen(5)
    return s


def udp(host, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((host, port))
    return s


KEPT = []


def keep(*files):
    """From descriptor 3 on, in this order, and nothing else above."""
    KEPT.extend(files)
    spare = [os.dup(f.fileno()) for f in files]
    os.closerange(3, min(spare))
    for want, fd in enumerate(spare, 3):
        os.dup2(fd, want)
    os.closerange(3 + len(files), 64)


def connected(host, port):
    s = socket.socket()
    s.connect((host, port))
    return s


def world(port):
    """Everybody else, in a network of their own behind the host's wire."""
    need(libc.unshare(0x40000000))
    print("ready", flush=True)
    sys.stdin.readline()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for n in ("20", "22", "25", "67", "80"):
        subprocess.run(["ip", "address", "add", f"192.0.2.{n}/24", "dev", "eth1"], check=True)
    subprocess.run(["ip", "link", "set", "eth1", "up"], check=True)
    services = [tcp(a, p) for a, p in (("192.0.2.80", 80), ("192.0.2.80", 21), ("192.0.2.67", 6667), ("192.0.2.25", 25), ("192.0.2.22", 22))]
    leaver = tcp("192.0.2.80", 8000)
    print("ready", flush=True)
    for line in sys.stdin:
        if line == "login\n":
            login = socket.socket()
            login.bind(("192.0.2.20", 3672))
            login.connect((HERE, 22))
            services.append(login)
        elif line == "leave\n":
            leaver.accept()[0].close()
        elif line == "farewell\n":
            guest = services[4].accept()[0]
            guest.recv(1)
            guest.close()
        print("ready", flush=True)


def sshd(port):
    listener = tcp("0.0.0.0", 22)
    keep(listener)
    print("ready", flush=True)
    connection = listener.accept()[0]
    if os.fork() == 0:
        mortal()
        keep(connection, connection)
        os.close(3)
        if os.fork() == 0:
            become(1001)
        while True:
            signal.pause()
    connection.close()
    stay()


def ssh(port):
    keep(connected("192.0.2.22", 22))
    become(1002)
    stay()


def inetd(port):
    keep(tcp("0.0.0.0", 23))
    stay()


def cupsd(port):
    keep(tcp("0.0.0.0", 631), udp("0.0.0.0", 631))
    stay()


def lighttpd(port):
    listener = tcp("0.0.0.0", 80)
    become(33)
    keep(listener, listener)
    os.close(3)
    stay()


def ypbind(port):
    keep(open("/dev/null"), open("/dev/null"), open("/dev/null"), udp("0.0.0.0", 811), tcp("0.0.0.0", 814))
    for _ in range(3):
        if os.fork() == 0:
            mortal()
            while True:
                signal.pause()
    stay()


def service(port):
    """Sockets by what the program's name stands for."""
    made = {
        "ntpd": lambda: [udp("0.0.0.0", 123)],
        "syslogd": lambda: [udp("0.0.0.0", 514)],
        "snmpd": lambda: [tcp("0.0.0.0", 199), udp(HERE, 161)],
        "rpc.statd": lambda: [tcp("0.0.0.0", 32768)],
        "xinetd": lambda: [tcp("127.0.0.1", 32769)],
        "mysqld": lambda: [tcp("0.0.0.0", 3306)],
        "xchat": lambda: [connected("192.0.2.67", 6667)],
    }
    name = os.path.basename(os.readlink("/proc/self/exe"))
    keep(*made[name]())
    if name == "mysqld":
        become(27)
    stay()


def sendmail(port):
    pidfile = os.open("/run/sendmail.pid", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(pidfile, b"1661\n/usr/lib/sendmail -bd -q15m\n")
    local, submission, six = tcp("127.0.0.1", 25), tcp("0.0.0.0", 587), tcp("::", 587, socket.AF_INET6)
    null = open("/dev/null")
    keep(null, null, null, local, os.fdopen(pidfile, "wb", closefd=False), submission, six)
    os.closerange(3, 6)
    os.set_inheritable(6, False)
    stay()


def kmail(port):
    mail = connected("192.0.2.25", 25)
    mail.setblocking(False)
    try:
        while True:
            mail.send(bytes(65536))
    except BlockingIOError:
        stay()


def wget(port):
    os.chdir("/home/carsten")
    image = open("/home/carsten/KNOPPIX_V6.4.4CD-2011-01-30-DE.iso", "wb")
    image.write(bytes(70000))
    image.flush()
    keep(connected("192.0.2.80", int(port)), image)
    become(1003)
    stay()


def myprog(port):
    os.chdir("/var/tmp")
    for name in ("foo", "bar"):
        open(name, "w").close()
    keep(open("foo"), open("bar", "w"), connected("192.0.2.80", 80))
    become(1004)
    stay()


def leak(port):
    keep(connected("192.0.2.80", 8000))
    stay()


def visitor(port):
    gone = connected("192.0.2.22", 22)
    gone.close()
    print("ready", flush=True)


def tcpserver(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.bind(("0.0.0.0", 5000))
    listener.listen(5)
    print("ready", flush=True)
    connection = listener.accept()[0]
    keep(listener, connection)
    stay()


def tcpclient(port):
    keep(connected("127.0.0.1", 5000))
    stay()


def desktop(port):
    os.makedirs("/tmp/ksocket-carla"), os.chdir("/srv"), os.makedirs("private")
    sockets = []
    for name in ("/tmp/ksocket-carla/klaunchertDCh2b.slave-socket", "private/smtp"):
        sockets.append(socket.socket(socket.AF_UNIX))
        sockets[-1].bind(name)
        sockets[-1].listen(1)
    stay()


def register(program, version, protocol, port):
    """Version 2 SET of the portmapper, as a service calls it."""
    for _ in range(100):
        s = socket.socket()
        if s.connect_ex(("127.0.0.1", 111)) == 0:
            break
        time.sleep(0.1)
    call = struct.pack(">14I", 7, 0, 2, 100000, 2, 1, 0, 0, 0, 0, program, version, protocol, port)
    s.sendall(struct.pack(">I", 0x80000000 | len(call)) + call)
    if s.recv(4096)[-4:] != bytes([0, 0, 0, 1]):
        raise OSError("the portmapper did not register")


class Program:
    def __init__(self, path, role, *args):
        real = f"/srv/sbin/{os.path.basename(path)}"
        if not os.path.exists(real):
            os.link("/srv/sbin/interpreter", real)
        self.process = subprocess.Popen(
            [path, __file__, role, *args],
            executable=real,
            stdin=subprocess.PIPE if role == "world" else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={"PYTHONHOME": "/usr", "PATH": "/usr/sbin:/usr/bin"},
            preexec_fn=mortal,
        )
        self.ready()

    def ready(self):
        if self.process.stdout.readline() != b"ready\n":
            raise OSError(f"{self.process.args[0]} did not come up")

    def tell(self, word):
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()


def main():
    os.makedirs("/srv/sbin"), os.makedirs("/home/carsten")
    with open("/usr/bin/python3", "rb") as program, open("/srv/sbin/interpreter", "wb") as copy:
        copy.write(program.read())
    os.chmod("/srv/sbin/interpreter", 0o755)
    everybody = Program("world", "world")
    subprocess.run(["ip", "link", "set", "eth1", "netns", str(everybody.process.pid)], check=True)
    everybody.tell("up"), everybody.ready()
    for path in ("/usr/sbin/ntpd", "/usr/sbin/syslogd", "/usr/sbin/snmpd", "/sbin/rpc.statd", "/usr/sbin/xinetd", "/usr/libexec/mysqld", "xchat"):
        Program(path, "service")
    daemon = Program("/usr/sbin/sshd", "sshd")
    everybody.tell("login"), everybody.ready(), daemon.ready()
    for role in ("inetd", "cupsd", "lighttpd", "ypbind", "sendmail", "kmail", "myprog", "desktop"):
        Program(f"/usr/sbin/{role}", role)
    for port in ("80", "21"):
        Program("wget", "wget", port)
    left = Program("leak", "leak")
    everybody.tell("leave"), everybody.ready()
    server = Program("tcpserver.py", "tcpserver")
    Program("tcpclient.py", "tcpclient")
    server.ready()
    for version in (2, 1):
        register(100007, version, 17, 811), register(100007, version, 6, 814)
    Program("visitor", "visitor")
    everybody.tell("farewell"), everybody.ready()
    Program("/usr/bin/ssh", "ssh")
    print("ready", flush=True)
    sys.stdin.read()


if len(sys.argv) > 1:
    globals()[sys.argv[1]](sys.argv[2] if len(sys.argv) > 2 else "")
else:
    main()
