# A connection every second, open for most of it: says of each, on the monotonic clock, from when until when it surely stood.
# Usage: short-lived.py SECONDS
import json
import socket
import sys
import time

server = socket.create_server(('127.0.0.1', 0))
end = time.monotonic() + float(sys.argv[1])
print(json.dumps({'listening': server.getsockname()[1]}), flush=True)
while time.monotonic() < end:
    started = time.monotonic()
    client = socket.create_connection(server.getsockname())
    held, _ = server.accept()
    begin = time.monotonic_ns()
    time.sleep(0.8)
    finish = time.monotonic_ns()
    port = client.getsockname()[1]
    # A reset: nothing stays behind in time-wait.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    client.close()
    held.close()
    print(json.dumps({'port': port, 'begin': begin, 'end': finish}), flush=True)
    time.sleep(max(0, started + 1 - time.monotonic()))
