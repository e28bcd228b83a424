#compdef tql
_arguments -s \
	'-d+[the trace store (default\: $TSTORE)]:DIR:_files -/' \
	'--store=[the trace store (default\: $TSTORE)]:DIR:_files -/' \
	'-D+[the log store, or the URL of a Loki, for \\logs (default\: $LSTORE)]:DIR:_files -/' \
	'--logs-store=[the log store, or the URL of a Loki, for \\logs (default\: $LSTORE)]:DIR:_files -/' \
	'-u+[ask the Tempo there, over HTTP, instead of a store]:URL:' \
	'--url=[ask the Tempo there, over HTTP, instead of a store]:URL:' \
	'-H+[with -u\: send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--header=[with -u\: send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--ca=[with -u\: trust only these certificates (PEM)]:FILE:_files' \
	'--cert=[with -u\: our certificate (PEM)]:FILE:_files' \
	'--key=[with -u\: its key (PEM)]:FILE:_files' \
	'--timeout=[with -u\: for an answer (default\: 1m)]:TIME:' \
	'-n+[traces at most; 0 or all\: every one (default\: 20)]:N:' \
	'--limit=[traces at most; 0 or all\: every one (default\: 20)]:N:' \
	'--since=[only of the last AGE, such as 1h]:AGE:' \
	'--from=[only at or after TIME\: RFC 3339, Unix seconds or ns, -1h]:TIME:' \
	'--to=[only before TIME]:TIME:' \
	'-o+[chart, table, json, csv, ids, rec or dot (default\: chart on a terminal, else json)]:FORM:(chart table json csv ids rec dot)' \
	'--output=[chart, table, json, csv, ids, rec or dot (default\: chart on a terminal, else json)]:FORM:(chart table json csv ids rec dot)' \
	'-w+[columns to draw in (default\: the terminal'\''s)]:N:' \
	'--width=[columns to draw in (default\: the terminal'\''s)]:N:' \
	'-z+[of times in tables and charts\: UTC (default), Local, or a name such as Europe/Paris]:ZONE:' \
	'--timezone=[of times in tables and charts\: UTC (default), Local, or a name such as Europe/Paris]:ZONE:' \
	'--color=[auto, always or never]:WHEN:(auto always never)' \
	'--tenant=[whose traces (default\: of no tenant)]:NAME:' \
	'--stats[say on stderr what was read]' \
	'--json[as -o json\: OTLP, of traces by id]' \
	'--dot[as -o dot\: a graph for dot(1)]' \
	'--sort=[which traces come first\: time (newest; default), duration (longest) or spans (most that matched)]:BY:(time duration spans)' \
	'--spans=[matching spans shown of a trace; 0 or all\: every one (default\: 3), and none folded in pictures]:N:' \
	'--step=[between the points of metrics, such as 1m; all\: one for the range (default\: about 100 points)]:TIME:' \
	'--exemplars=[traces behind the points of metrics, 100 at most (default\: none)]:N:' \
	'-f[then wait, and print traces as they come to match]' \
	'--follow[then wait, and print traces as they come to match]' \
	'--settle=[with -f\: a trace is whole when nothing of it came for so long (default\: 5s)]:TIME:' \
	'--tags[names of attributes, of the scope that the operand says (span, resource ...), or of all]' \
	'--values=[the values of an attribute, or those that the spans of the query have]:KEY:' \
	'--diff[where the time went\: operands A B \[QUERY\], A before and B after, each a trace id or FROM..TO]' \
	'--explain[not the answer, but its steps, and the pages and bytes they read]' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
