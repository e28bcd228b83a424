# A gRPC server that is not ours: takes any unary call, messages as bytes.
#   serve.py [cert=FILE key=FILE] [age=MS]
# Prints the port, then a line a call: method, bytes, tenant, authorization. Some
# calls are refused as UNAVAILABLE the first time. With age, connections are
# sent away (GOAWAY) when they are so old, and none of the calls is refused.
import os
import sys
from concurrent import futures
import grpc

opts = dict(a.split('=', 1) for a in sys.argv[1:])
refused = set()


class Any(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(
            lambda body, context: answer(details, body, context))


def answer(details, body, context):
    meta = dict(details.invocation_metadata)
    if 'age' not in opts and body not in refused and len(refused) % 2 == 0:
        refused.add(body)
        context.abort(grpc.StatusCode.UNAVAILABLE, 'not now: 100% b\u00e4h')
    refused.add(body)
    # one write: lines of several threads do not mix
    os.write(1, ('%s %d %s %s\n' % (
        details.method, len(body), meta.get('x-scope-orgid', '-'),
        meta.get('authorization', '-'))).encode())
    return b''


server = grpc.server(futures.ThreadPoolExecutor(8), options=[
    ('grpc.max_receive_message_length', 1 << 26),
    ('grpc.max_connection_age_ms', int(opts.get('age', 2**31 - 1)))])
server.add_generic_rpc_handlers((Any(),))
if 'cert' in opts:
    pair = [open(opts[k], 'rb').read() for k in ('key', 'cert')]
    port = server.add_secure_port('127.0.0.1:0',
                                  grpc.ssl_server_credentials([pair]))
else:
    port = server.add_insecure_port('127.0.0.1:0')
server.start()
print(port, flush=True)
server.wait_for_termination()
