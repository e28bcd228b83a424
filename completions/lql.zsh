#compdef lql
_arguments -s \
	'-d+[the log store (default\: $LSTORE)]:DIR:_files -/' \
	'--store=[the log store (default\: $LSTORE)]:DIR:_files -/' \
	'-D+[the trace store, or the URL of a Tempo, for \\trace (default\: $TSTORE)]:DIR:_files -/' \
	'--traces-store=[the trace store, or the URL of a Tempo, for \\trace (default\: $TSTORE)]:DIR:_files -/' \
	'-u+[ask the Loki there, over HTTP, instead of a store]:URL:' \
	'--url=[ask the Loki there, over HTTP, instead of a store]:URL:' \
	'-H+[with -u\: send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--header=[with -u\: send this header, "Name\: value", too, or those in a file, @FILE; may be given again]:LINE:' \
	'--ca=[with -u\: trust only these certificates (PEM)]:FILE:_files' \
	'--cert=[with -u\: our certificate (PEM)]:FILE:_files' \
	'--key=[with -u\: its key (PEM)]:FILE:_files' \
	'--timeout=[with -u\: for an answer (default\: 1m)]:TIME:' \
	'-n+[lines at most; 0 or all\: every one (default\: 100)]:N:' \
	'--limit=[lines at most; 0 or all\: every one (default\: 100)]:N:' \
	'--since=[only of the last AGE, such as 1h]:AGE:' \
	'--from=[only at or after TIME\: RFC 3339, Unix seconds or ns, -1h]:TIME:' \
	'--to=[only before TIME]:TIME:' \
	'-o+[chart, table, json, csv, raw, ids or rec (default\: chart on a terminal, else json)]:FORM:(chart table json csv raw ids rec)' \
	'--output=[chart, table, json, csv, raw, ids or rec (default\: chart on a terminal, else json)]:FORM:(chart table json csv raw ids rec)' \
	'-w+[columns to draw in (default\: the terminal'\''s)]:N:' \
	'--width=[columns to draw in (default\: the terminal'\''s)]:N:' \
	'-z+[of times in tables and charts\: UTC (default), Local, or a name such as Europe/Paris]:ZONE:' \
	'--timezone=[of times in tables and charts\: UTC (default), Local, or a name such as Europe/Paris]:ZONE:' \
	'--color=[auto, always or never]:WHEN:(auto always never)' \
	'--tenant=[whose lines (default\: of no tenant)]:NAME:' \
	'--stats[say on stderr what was read]' \
	'--trace=[only lines of this trace]:ID:' \
	'--traces=[only lines of the traces whose ids FILE lists; - is stdin]:FILE:_files' \
	'--direction=[forward (oldest first) or backward (default)]:WAY:(forward backward)' \
	'--step=[between the points of metrics, such as 30s; all\: one, at the end (default\: some 100 points)]:TIME:' \
	'--interval=[only lines that far from the one before]:TIME:' \
	'--batch=[with -u\: lines of each request (default\: 1000)]:N:' \
	'-f[then wait, and print lines as they come]' \
	'--follow[then wait, and print lines as they come]' \
	'-C+[N lines of its stream before and after each line, too]:N:' \
	'--context=[N lines of its stream before and after each line, too]:N:' \
	'-q[no labels above a table, and no word why an answer is empty]' \
	'--quiet[no labels above a table, and no word why an answer is empty]' \
	'--hits[above a table\: how many lines there are when]' \
	'-x[in a table\: labels, metadata and fields under each line]' \
	'--expand[in a table\: labels, metadata and fields under each line]' \
	'--labels[the labels of the streams of a selector, or of all]' \
	'--values=[the values of one]:LABEL:' \
	'--series[the streams themselves]' \
	'--volume=[how many lines and bytes, by the values of a label]:LABEL:' \
	'--patterns[what the lines look like, and how many do when]' \
	'--fields[what can be asked for beside labels, and its types]' \
	'--fmt[the query, set out over lines]' \
	'-h[print this help and exit]' \
	'--help[print this help and exit]' \
	'-V[print the version and exit]' \
	'--version[print the version and exit]' \
	'*:file:_files'
