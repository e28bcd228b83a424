#compdef query-remote
_arguments -s \
	'-H+[send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--header=[send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--tenant=[of this tenant, as X-Scope-OrgID]:NAME:' \
	'--timeout=[for an answer (1m)]:TIME:' \
	'--ca=[trust only these certificates (PEM)]:FILE:_files' \
	'--cert=[our certificate (PEM)]:FILE:_files' \
	'--key=[its key (PEM)]:FILE:_files' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
