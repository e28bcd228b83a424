#compdef otlp-send
_arguments -s \
	'-P+[grpc, http (protobuf, the default) or json]:FORM:(grpc http json)' \
	'--protocol=[grpc, http (protobuf, the default) or json]:FORM:(grpc http json)' \
	'-z+[gzip (the default), zstd or none (the default to loopback)]:HOW:(gzip zstd none)' \
	'--compress=[gzip (the default), zstd or none (the default to loopback)]:HOW:(gzip zstd none)' \
	'-H+[send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--header=[send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--traces-url=[where traces go\: the whole address]:URL:' \
	'--metrics-url=[where metrics go]:URL:' \
	'--logs-url=[where logs go]:URL:' \
	'--profiles-url=[where profiles go]:URL:' \
	'--insecure[gRPC to an address without http\:// or https\://\: without TLS]' \
	'-r+[read this spool, and follow it, instead of stdin]:SPOOL:_files -/' \
	'--read=[read this spool, and follow it, instead of stdin]:SPOOL:_files -/' \
	'-c+[with -r\: from the named cursor on, which moves as records are kept]:NAME:' \
	'--cursor=[with -r\: from the named cursor on, which moves as records are kept]:NAME:' \
	'--ack=[move this cursor as records that come from the spool, through a pipe, are kept]:SPOOL\:NAME:' \
	'--once[with -r\: end where the spool ends]' \
	'-x+[append what cannot be sent to FILE, as records]:FILE:_files' \
	'--dead-letters=[append what cannot be sent to FILE, as records]:FILE:_files' \
	'-w+[so many posts at a time (8)]:N:' \
	'--in-flight=[so many posts at a time (8)]:N:' \
	'--timeout=[for an answer (10s)]:TIME:' \
	'--retry-first=[wait about so long before the second try, then longer (5s)]:TIME:' \
	'--retry-max=[but not longer than this (30s)]:TIME:' \
	'--give-up=[stop trying after this; 0\: never (5m)]:TIME:' \
	'--tries=[stop trying after so many; 0\: any number (0)]:N:' \
	'--grace=[to finish when told to end (10s)]:TIME:' \
	'--ca=[trust only these certificates (PEM)]:FILE:_files' \
	'--cert=[our certificate (PEM)]:FILE:_files' \
	'--key=[its key (PEM)]:FILE:_files' \
	'--metrics=[serve /metrics for Prometheus, and /ready, there]:ADDR:' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
