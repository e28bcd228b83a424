#compdef spool
_arguments -s \
	'-r[write the records to stdout]' \
	'--read[write the records to stdout]' \
	'-f[with -r\: wait for more at the end]' \
	'--follow[with -r\: wait for more at the end]' \
	'-c+[with -r\: read on from the named cursor, and move it]:NAME:' \
	'--cursor=[with -r\: read on from the named cursor, and move it]:NAME:' \
	'-k[with -c\: leave the cursor where it is\: the sink moves it]' \
	'--keep[with -c\: leave the cursor where it is\: the sink moves it]' \
	'-n+[with -r\: at most so many records]:COUNT:' \
	'--count=[with -r\: at most so many records]:COUNT:' \
	'-l[list segments and cursors]' \
	'--list[list segments and cursors]' \
	'-v[read everything, name what is damaged]' \
	'--verify[read everything, name what is damaged]' \
	'-t[remove segments that all cursors passed]' \
	'--trim[remove segments that all cursors passed]' \
	'-a+[with -t\: only those older than this (10m)]:AGE:' \
	'--age=[with -t\: only those older than this (10m)]:AGE:' \
	'-R+[register a cursor at the oldest record, so that nothing is trimmed before it]:NAME:' \
	'--register=[register a cursor at the oldest record, so that nothing is trimmed before it]:NAME:' \
	'-U+[remove a cursor]:NAME:' \
	'--unregister=[remove a cursor]:NAME:' \
	'-b+[when appending\: at most so many bytes in the folder]:SIZE:' \
	'--bound=[when appending\: at most so many bytes in the folder]:SIZE:' \
	'-p+[at the bound\: block (wait, the default) or drop-oldest]:POLICY:(block drop-oldest)' \
	'--policy=[at the bound\: block (wait, the default) or drop-oldest]:POLICY:(block drop-oldest)' \
	'--sync=[each\: appended is durable (the default); none\: left to the system]:HOW:(each none)' \
	'--ack=[when appending\: move this cursor as records that come from the spool, through a pipe, are durable here]:SPOOL\:NAME:' \
	'--segment=[begin a new segment at this size (64M)]:SIZE:' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
