# A gRPC client that is not of OpenTelemetry: generic stubs, messages as bytes.
#   call.py ADDR METHOD [ca=FILE] [cert=FILE key=FILE] [token=T] [gzip]
#           [deadline=SECONDS] [times=N] <message
# Prints the code of each answer and its message in hex; N calls at once.
import sys
import grpc

addr, method = sys.argv[1:3]
opts = dict(a.split('=', 1) if '=' in a else (a, '') for a in sys.argv[3:])


def read(name):
    return open(opts[name], 'rb').read() if name in opts else None


compression = grpc.Compression.Gzip if 'gzip' in opts else None
if 'ca' in opts:
    channel = grpc.secure_channel(addr, grpc.ssl_channel_credentials(
        read('ca'), read('key'), read('cert')), compression=compression)
else:
    channel = grpc.insecure_channel(addr, compression=compression)
call = channel.unary_unary(method)
metadata = [('authorization', 'Bearer ' + opts['token'])] if 'token' in opts else []
body = sys.stdin.buffer.read()
deadline = float(opts.get('deadline', 20))
for future in [call.future(body, timeout=deadline, metadata=metadata)
               for _ in range(int(opts.get('times', 1)))]:
    try:
        print('OK', future.result().hex())
    except grpc.RpcError as e:
        print(e.code().name, e.details())
