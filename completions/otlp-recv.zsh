#compdef otlp-recv
_arguments -s \
	'-g+[listen there, 127.0.0.1\:4317 unless given; none\: do not; may be repeated]:ADDR:' \
	'--grpc=[listen there, 127.0.0.1\:4317 unless given; none\: do not; may be repeated]:ADDR:' \
	'-H+[the same for 127.0.0.1\:4318; both protocols are spoken at each]:ADDR:' \
	'--http=[the same for 127.0.0.1\:4318; both protocols are spoken at each]:ADDR:' \
	'-c+[speak TLS with this certificate and what signed it (PEM)]:FILE:_files' \
	'--cert=[speak TLS with this certificate and what signed it (PEM)]:FILE:_files' \
	'-k+[its key (PEM)]:FILE:_files' \
	'--key=[its key (PEM)]:FILE:_files' \
	'--client-ca=[clients must have a certificate of one of these]:FILE:_files' \
	'--token-file=[who may send\: bearer tokens]:FILE:_files' \
	'--basic-file=[who may send\: users and passwords]:FILE:_files' \
	'-x+[make that header field an attribute of each resource; may be repeated]:HEADER=ATTRIBUTE:' \
	'--copy=[make that header field an attribute of each resource; may be repeated]:HEADER=ATTRIBUTE:' \
	'--prefix=[before the paths of HTTP, such as /otlp]:PATH:' \
	'--cors=[let its pages send; * is any part of it; may be repeated]:ORIGIN:' \
	'-o+[append to this spool, and answer when it is durable; else records go to stdout]:SPOOL:_files -/' \
	'--output=[append to this spool, and answer when it is durable; else records go to stdout]:SPOOL:_files -/' \
	'--sync=[with -o\: answer after a sync (each), or after the write (none)]:WHEN:(each none)' \
	'--max-spool=[with -o\: the spool holds no more than this]:SIZE:' \
	'--full=[a full spool refuses (block), or forgets (drop-oldest)]:WHAT:(block drop-oldest)' \
	'--metrics=[serve /metrics for Prometheus, and /ready, there]:ADDR:' \
	'--ports-file=[write the addresses taken there, when they are]:FILE:_files' \
	'--max-message=[of a request, also inflated; 64M unless given]:SIZE:' \
	'--max-held=[of all requests in flight; 128M unless given]:SIZE:' \
	'--max-requests=[in flight; 1024 unless given]:N:' \
	'--max-connections=[open at once; 4096 unless given]:N:' \
	'--hello=[for a new connection to say what it speaks; 10 unless given]:SECONDS:' \
	'--patience=[for a request to come, and one more for 4 KiB; 30 unless given]:SECONDS:' \
	'--idle=[till a silent connection is closed; 300 unless given]:SECONDS:' \
	'--grace=[to finish what is in flight at the end; 10 unless given]:SECONDS:' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
