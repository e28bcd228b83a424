#compdef logpush
_arguments -s \
	'-l+[resource attributes that are labels of the stream, separated by commas; all others are metadata]:NAMES:' \
	'--labels=[resource attributes that are labels of the stream, separated by commas; all others are metadata]:NAMES:' \
	'-P+[protobuf (the default) or json]:FORM:(protobuf json)' \
	'--protocol=[protobuf (the default) or json]:FORM:(protobuf json)' \
	'-z+[of json\: gzip (the default) or none]:HOW:(gzip none)' \
	'--compress=[of json\: gzip (the default) or none]:HOW:(gzip none)' \
	'-b+[send a batch of so much (1MiB)]:SIZE:' \
	'--bytes=[send a batch of so much (1MiB)]:SIZE:' \
	'-t+[or so old (1s)]:TIME:' \
	'--time=[or so old (1s)]:TIME:' \
	'--tenant=[of this tenant, whatever the records say]:NAME:' \
	'-H+[send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--header=[send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
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
	'--retry-first=[wait about so long before the second try, then longer (500ms)]:TIME:' \
	'--retry-max=[but not longer than this (5m)]:TIME:' \
	'--give-up=[stop trying after this; 0\: never (0)]:TIME:' \
	'--tries=[stop trying after so many; 0\: any number (10)]:N:' \
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
