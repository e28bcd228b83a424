#compdef otlp-recv
_arguments -s \
	'-g+[listen for gRPC there, 127.0.0.1\:4317 unless given; none\: do not]:ADDR:' \
	'--grpc=[listen for gRPC there, 127.0.0.1\:4317 unless given; none\: do not]:ADDR:' \
	'-H+[listen for HTTP there, 127.0.0.1\:4318 unless given; none\: do not]:ADDR:' \
	'--http=[listen for HTTP there, 127.0.0.1\:4318 unless given; none\: do not]:ADDR:' \
	'-o+[append to this spool, and answer when it is durable; else records go to stdout]:SPOOL:_files -/' \
	'--output=[append to this spool, and answer when it is durable; else records go to stdout]:SPOOL:_files -/' \
	'--sync=[with -o\: answer after a sync (each), or after the write (none)]:WHEN:(each none)' \
	'--max-spool=[with -o\: the spool holds no more than this]:SIZE:' \
	'--full=[a full spool refuses (block), or forgets (drop-oldest)]:WHAT:(block drop-oldest)' \
	'--ports-file=[write the addresses taken there, when they are]:FILE:_files' \
	'--max-message=[of a request, also inflated; 64M unless given]:SIZE:' \
	'--max-held=[of all requests in flight; 128M unless given]:SIZE:' \
	'--max-requests=[in flight; 1024 unless given]:N:' \
	'--max-connections=[of each server; 512 unless given]:N:' \
	'--grace=[to finish what is in flight at the end; 10 unless given]:SECONDS:' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
